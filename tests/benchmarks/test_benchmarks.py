"""The short form of each benchmark runs. Times are not judged here: they are the machine's."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import transport.local

ROOT = Path(__file__).resolve().parents[2]


def rows(benchmark: str, *arguments: str) -> dict[str, list[float]]:
    """The figures of the table that a benchmark prints, by the name of their row."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{benchmark}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    _, _, *lines = done.stdout.splitlines()
    found = (re.split(r"\s{2,}", line) for line in lines)
    return {name: list(map(float, figures)) for name, *figures in found}


def test_downloads_are_measured_both_ways():
    found = rows("downloads", "--files", "20")
    assert list(found) == ["one at a time", "ten at once"]
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


def test_a_count_that_is_none_is_refused_in_a_line():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.downloads", "--files", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "--files: '0' is not a whole number above 0" in done.stderr
