"""The short form of each benchmark runs. Times are not judged here: they are the machine's."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import transport.local
from benchmarks.accuracy import cell
from tests.scanning.forms import FORMS

ROOT = Path(__file__).resolve().parents[2]


def rows(benchmark: str, *arguments: str, seconds: int = 60) -> dict[str, list[float]]:
    """The figures of the table that a benchmark prints, by the name of their row."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{benchmark}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert (done.returncode, done.stderr) == (0, "")
    _, _, *lines = done.stdout.splitlines()
    found = (re.split(r"\s{2,}", line) for line in lines)
    return {name: list(map(float, figures)) for name, *figures in found}


@pytest.mark.broker
@pytest.mark.skipif(bool(transport.local.missing("kafka")), reason="the Kafka stand-in cannot run here")
def test_downloads_are_measured_each_way_before_and_after_the_migration():
    found = rows("downloads", "--files", "20")
    ways = ["one at a time", "ten at once", "before: the old loop", "after: the transport layer"]
    assert list(found) == ways
    for rate, slowest, fastest, allowed, _ in found.values():
        assert 0 < slowest <= rate <= fastest <= allowed


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are measured on Linux only")
def test_a_file_that_is_streamed_is_not_held_in_memory():
    found = rows("memory", "--megabytes", "40", "--rounds", "1")
    assert list(found) == ["streamed, 1 MB", "streamed, 40 MB", "held, 40 MB"]
    _, streamed, held = (above for _, above, _ in found.values())
    assert streamed < 10 < 30 < held


@pytest.mark.broker
@pytest.mark.skipif(bool(transport.local.missing("kafka")), reason="the Kafka stand-in cannot run here")
def test_boots_are_measured_until_the_worker_is_ready():
    found = rows("boot", "--workers", "2", "--rounds", "1")
    assert sorted(found) == ["claimx/delta_events_worker", "claimx/download_worker"]
    assert all(figure > 0 for figures in found.values() for figure in figures)


@pytest.mark.long
@pytest.mark.broker
@pytest.mark.skipif(
    bool(transport.local.missing("eventhub")), reason="the Event Hubs stand-in cannot run here"
)
def test_the_smoke_matrix_is_measured_against_its_boots():
    found = rows("smoke", "--workers", "1", "--jobs", "2", seconds=170)
    assert list(found) == ["kafka", "eventhub", "both"]
    assert [figures[-1] for figures in found.values()] == [1, 1, 2]
    for floor, matrix, wall, wall_all, cpu, used, used_all, _ in found.values():
        assert matrix > floor > 0
        assert wall > wall_all > 0
        assert cpu > 0
        assert used > used_all > 0


@pytest.mark.long  # its short form: tests/dashboard/test_every_page.py
@pytest.mark.timeout(600)
def test_every_page_is_measured_on_a_made_up_installation():
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.dashboard", "--migrations", "2", "--workers", "30"),
            *("--runs", "200", "--entries", "500", "--rounds", "2", "--users", "3"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode in (0, 1), done.stderr  # how fast it is, is the machine's
    assert re.search(r"^board  .*\d", done.stdout, re.MULTILINE)
    assert "verify: 450 entries" in done.stdout
    assert "3 users at once" in done.stdout
    assert ", 0 errors" in done.stdout


def test_a_count_that_is_none_is_refused_in_a_line():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.downloads", "--files", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "--files: '0' is not a whole number above 0" in done.stderr


def test_accuracy_is_asked_of_the_scanner_and_of_the_tools_that_are_there(tmp_path):
    """Of the other tools only ruff is there: tests need no other environment than their own."""
    (tmp_path / "ruff").symlink_to(shutil.which("ruff", path=Path(sys.executable).parent))
    document = tmp_path / "document.md"
    document.write_text("before\n<!-- accuracy: begin -->\nwhat was before\n<!-- accuracy: end -->\nafter\n")

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.accuracy", "--peers", str(tmp_path), "--write", str(document)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": "/nowhere"},
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["ast-grep", "semgrep", "fixit"]
    (name, *ours), (ruff, _, *theirs) = (line.split() for line in done.stdout.splitlines()[1:])
    assert (name, ruff) == ("migration-tracker", "ruff")
    assert ours == [str(len(FORMS))] * 3
    assert len(FORMS) >= 80
    assert 0 < int(theirs[1]) < int(theirs[0]) < len(FORMS)
    written = document.read_text()
    assert "what was before" not in written
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert all(f"\n| {cell(form.name)} | {form.status} | ✓ | " in written for form in FORMS)


def test_patches_are_measured_worker_by_worker(tmp_path):
    document = tmp_path / "patches.md"
    document.write_text("Before.\n<!-- patches -->\nstale\n<!-- /patches -->\nAfter.\n")
    worker = "plugins/itel_cabinet_api/itel_cabinet_api_worker"
    command = [
        sys.executable,
        "-m",
        "benchmarks.patches",
        "--no-smoke",
        "--only",
        worker,
        "--write",
        document,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    text = document.read_text()
    assert text.startswith("Before.\n<!-- patches -->\n")
    assert text.endswith("<!-- /patches -->\nAfter.\n")
    assert "stale" not in text
    rows = [line.strip("| ").split(" | ")[1:] for line in text.splitlines() if f"`{worker}`" in line]
    ours, samples = rows
    for made, todos, clean, *smoke, _, _ in rows:
        assert int(made) > 20
        assert (todos, clean, smoke) == ("0", "✓", ["–", "–"])
    assert ours[-2] == "0", "it was committed as the patch made it"
    assert int(ours[-1]) > 0
    assert samples[-2:] == ["–", "–"]
