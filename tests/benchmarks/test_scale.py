"""The short form of the measurement of many repositories, and what it makes for it."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.scale.repositories import make
from benchmarks.scale.watch import lock_waits
from migration_tracker import definition, scanning
from migration_tracker.scanning.sources import Revision
from tests.conftest import lacking

ROOT = Path(__file__).resolve().parents[2]


def test_a_scan_of_what_is_made_finds_what_was_made_before_a_push_and_after_it(tmp_path: Path):
    made = make(tmp_path, 7, 5)
    assert made.statuses == {"migrated": 2, "direct": 3}

    def found() -> Counter[str]:
        source = Revision(tmp_path, "HEAD")
        scope = definition.parse((tmp_path / "migration.toml").read_text(), "migration.toml").scope
        return Counter(str(report.status) for report in scanning.scan(source, scope).workers)

    assert found() == made.statuses
    made.push()
    assert made.statuses == {"migrated": 3, "direct": 2}
    assert found() == made.statuses


def test_waits_for_locks_are_told_by_their_table(tmp_path: Path):
    log = tmp_path / "log"
    log.write_text(
        "LOG:  process 7 still waiting for ShareLock on transaction 9 after 200.1 ms\n"
        "DETAIL:  Process holding the lock: 8. Wait queue: 7.\n"
        'STATEMENT:  SELECT 1 FROM "audit_chain" WHERE "audit_chain"."key" = \'m\' FOR UPDATE\n'
        "ERROR:  canceling statement due to lock timeout\n"
        'STATEMENT:  UPDATE "inventory_scan" SET "state" = 1\n'
    )
    assert lock_waits(log) == ({"audit_chain": 1}, 1)


@pytest.mark.long  # its short form is the test above
@pytest.mark.broker
@pytest.mark.timeout(600)
def test_repositories_are_scanned_pushed_to_and_run_in_one_installation():
    command = [sys.executable, "-m", "benchmarks.scale", "--repositories", "4", "--runs", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    if "install Redis" in done.stderr or "install PostgreSQL" in done.stderr:
        lacking(done.stderr)
    assert (done.returncode, done.stderr) == (0, "")
    jobs = re.findall(r"^(.+?): (scans|histories|smoke runs) +(\d+) ", done.stdout, re.MULTILINE)
    assert [(phase, kind, int(many)) for phase, kind, many in jobs if kind != "histories"] == [
        ("first scans", "scans", 4),
        ("smoke runs alone", "smoke runs", 2),
        ("pushes and smoke runs", "scans", 4),
        ("pushes and smoke runs", "smoke runs", 2),
    ]
    assert re.search(r"^overview, calm +20 +\d+ +\d+$", done.stdout, re.MULTILINE)
    assert re.search(r"^jobs: scans +\d+$", done.stdout, re.MULTILINE)
    assert "statements given up for a lock: 0" in done.stdout
