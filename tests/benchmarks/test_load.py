"""The short form of the load, and what is printed of requests that are made up."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.load.told import Told, report
from tests.conftest import lacking

ROOT = Path(__file__).resolve().parents[2]


def told() -> Told:
    """Answers by the second for a minute, one slow; a restart after 20 s, with one time-out after it."""
    answers = [(float(second), 0.1, "board") for second in range(60) if not 20 <= second < 24]
    answers[3] = (3.0, 2.0, "board")
    return Told(answers=answers, failures=[(22.0, "board: TimeoutError")], restarts=[(20.0, "Redis")])


def test_what_holds_is_told_by_page_and_by_restart(capsys: pytest.CaptureFixture[str]):
    assert report(told(), [], [], 5.6)
    said = capsys.readouterr().out
    assert re.search(r"^board, away from restarts +50 +100 ms +100 ms +2000 ms$", said, re.MULTILINE)
    assert re.search(r"^board, within 10 s of one +6 +100 ms +100 ms +100 ms$", said, re.MULTILINE)
    assert "processor time of the web process: 280 ms an answer" in said
    assert "failures until 2.0 s after, the first answer 4.1 s after" in said
    assert "0 requests failed away from a restart\n" in said
    assert "1 requests failed within 10 s of one: board: TimeoutError × 1\n" in said


def test_what_is_lost_or_fails_for_no_reason_or_stays_away_does_not_hold():
    assert not report(told(), ["writer1-1"], [], 0.0)
    assert not report(told(), [], ["installation: entry 7 was altered"], 0.0)
    astray = told()
    astray.failures.append((50.0, "tick: 500"))
    assert not report(astray, [], [], 0.0)
    away = told()
    away.answers = [one for one in away.answers if not 20 <= one[0] < 40]
    assert not report(away, [], [], 0.0)


@pytest.mark.long  # its short form are the tests above
@pytest.mark.timeout(600)
def test_no_acknowledged_write_is_lost_while_every_part_is_restarted():
    sizes = ["--seconds", "60", "--readers", "4", "--writers", "3", "--pause", "1", "--port", "8767"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *sizes],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if "install Redis" in done.stderr or "install PostgreSQL" in done.stderr:
        lacking(done.stderr)
    assert done.stderr == ""
    found = re.search(r"^(\d+) writes acknowledged, 0 lost; audit: untouched$", done.stdout, re.MULTILINE)
    assert found, done.stdout
    assert int(found[1]) > 10
    pages = set(re.findall(r"^(\w+), away from restarts ", done.stdout, re.MULTILINE))
    assert pages == {"overview", "board", "worker", "tick"}
    assert len(re.findall(r" restarted at \d+ s: failures until ", done.stdout)) == 4
