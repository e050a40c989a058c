"""The benchmark of scans runs in its short form, and tells who failed. Times are the machine's."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.scanning.tables import put, section
from benchmarks.timing import Entrant, Result, Turn, compare

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="peaks are measured on Linux only")


def test_scans_and_histories_are_measured_as_whole_processes(tmp_path):
    peers, document = tmp_path / "peers", tmp_path / "benchmarks.md"
    peers.mkdir()
    (peers / "ruff").symlink_to(shutil.which("ruff", path=Path(sys.executable).parent))
    marks = "<!-- scanning {0} -->\nstale\n<!-- /scanning {0} -->\n"
    document.write_text(f"Before.\n{marks.format('generated')}Between.\n{marks.format('history')}After.\n")
    small = ["--files", "40", "--workers", "6", "--commits", "20", "--rounds", "1", "--peers", str(peers)]

    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.scanning", "generated", "history"),
            *(*small, "--write", str(document)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": f"{Path(shutil.which('git')).parent}:/bin"},
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert "generated, round 1: whole scan, cold" in done.stderr
    text = document.read_text()
    assert "stale" not in text
    scans, history = re.fullmatch(
        r"Before\.\n<!-- scanning generated -->\n(.*)\n<!-- /scanning generated -->\nBetween\.\n"
        r"<!-- scanning history -->\n(.*)\n<!-- /scanning history -->\nAfter\.\n",
        text,
        re.DOTALL,
    ).groups()
    assert done.stdout == f"{scans}\n\n{history}\n\n"
    rows = table(scans, "generated: 40 Python files")
    assert [name for name in rows if name != "ripgrep"] == [
        "floor: list and read",
        "ruff, no cache",
        "ruff, cached",
        "inventory, cold",
        "inventory, warm",
        "whole scan, cold",
        "whole scan, warm",
    ]
    assert all(float(seconds) > 0 and float(peak) > 1 for seconds, _, peak, _ in rows.values())
    assert list(table(scans, "aim")) == [
        "inventory, cold: at most 10 × ruff, no cache",
        "inventory, warm: at most 2 × ruff, cached",
        "inventory, cold: at most 300 MB",
    ]
    assert list(table(history, "history: 40 Python files")) == [
        "floor: git cat-file",
        "git log -G",
        "history, cold",
        "history, warm",
    ]


def table(text: str, heading: str) -> dict[str, list[str]]:
    """The rows of a table, by their names."""
    _, _, below = text.partition(f"| {heading}")
    lines = below.partition("\n\n")[0].splitlines()[2:]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {name: figures for name, *figures in cells}


def test_who_fails_or_takes_too_long_is_out_and_the_others_go_on(tmp_path):
    told: list[str] = []
    began = time.monotonic()
    quick, failing, slow, missing = compare(
        [
            Entrant("quick", [sys.executable, "-S", "-c", ""]),
            Entrant("failing", [sys.executable, "-S", "-c", "raise SystemExit('no such rule')"], codes={0}),
            Entrant("slow", ["sh", "-c", "sleep 50"]),
            Entrant("missing", [str(tmp_path / "nothing")]),
        ],
        tmp_path,
        rounds=3,
        patience=2,
        until=began + 50,
        on_turn=told.append,
    )
    assert time.monotonic() - began < 40
    assert (len(quick.turns), quick.ended) == (3, "")
    assert (failing.turns, failing.ended) == ((), "failed: it ended with 1: no such rule")
    assert (slow.turns, slow.ended) == ((), "not within 2 s")
    assert missing.turns == ()
    assert missing.ended.startswith("failed: ")
    assert told.count("round 1: slow") == 1
    assert "round 2: slow" not in told


def test_no_round_but_the_first_begins_once_the_time_is_up(tmp_path):
    (one,) = compare(
        [Entrant("one", ["true"])], tmp_path, rounds=5, patience=20, until=0, on_turn=lambda _: None
    )
    assert len(one.turns) == 1


def test_multiples_are_of_the_same_round_and_aims_are_judged_by_the_middle():
    def result(name: str, *cpu: float, ended: str = "") -> Result:
        return Result(name, tuple(Turn(one, one, 20) for one in cpu), ended)

    text = section(
        "dense",
        "dense: 2 Python files",
        "Taken today.",
        [
            result("ruff, no cache", 1, 2, 4),
            result("inventory, cold", 8, 20, 44),
            result("inventory, warm", ended="failed: it ended with 2"),
            result("fixit", 400, ended="not within 500 s"),
        ],
    )
    rows, aims = table(text, "dense: 2 Python files"), table(text, "aim")
    assert rows["inventory, cold"] == ["20.0", "20.0", "20", "10.0 (8.0 to 11.0)"]
    assert rows["inventory, warm"] == ["failed: it ended with 2", "", "", ""]
    assert rows["fixit (not within 500 s)"] == ["400.0", "400.0", "20", "400"]
    assert aims == {
        "inventory, cold: at most 10 × ruff, no cache": ["10.0 (8.0 to 11.0)", "reached"],
        "inventory, warm: at most 2 × ruff, cached": ["–", "not shown"],
        "fixit: at least 30 × inventory, cold": ["50", "reached"],
    }


def test_a_document_without_marks_is_refused_untouched(tmp_path):
    document = tmp_path / "benchmarks.md"
    document.write_text("<!-- scanning ours -->\n")
    with pytest.raises(ValueError, match=r"needs the lines <!-- scanning ours --> and <!-- /scanning ours"):
        put(document, "ours", "text")
    assert document.read_text() == "<!-- scanning ours -->\n"


def test_the_documentation_has_a_place_for_every_corpus(tmp_path):
    copy = Path(shutil.copy(ROOT / "docs" / "benchmarks.md", tmp_path))
    for name in ("ours", "dense", "large", "generated", "history"):
        put(copy, name, f"new figures of {name}")
        assert f"new figures of {name}" in copy.read_text()
