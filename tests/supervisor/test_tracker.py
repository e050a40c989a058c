"""The tracker itself under its supervisor, as `make run` starts it, on a data folder of the test's own."""

import os
import re
import subprocess
import sys
import urllib.request

import pytest

from migration_tracker.supervisor.program import NO_WORD_OF_ROOT

# A parent that waits, as make does, and that is then killed.
AS_MAKE_DOES = "import subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]])"


def status(address: str) -> int:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.status


@pytest.mark.timeout(300)
def test_it_serves_the_pages_leaves_nothing_behind_and_starts_again(tracker):
    first = tracker()
    first.says("Open http://127.0.0.1:", seconds=120)
    address = re.search(r"Open (\S+)", first.said).group(1)
    assert status(address) == 200
    assert re.search(r"Sign in as lead with the password \S+", first.said)
    assert first.said.count("runs as root") == (os.geteuid() == 0)
    commands = " ".join(first.family().values())
    queues = [f" worker --queues {queue} " for queue in ("scans", "smoke", "notifications")]
    assert all(command in commands for command in ("gunicorn migration_tracker.wsgi", *queues, " beat "))
    assert first.end() == 0
    assert first.family() == {}

    second = tracker("-c", AS_MAKE_DOES)
    second.says("Open http://127.0.0.1:", seconds=120)
    assert status(address) == 200
    assert "Sign in as before" in second.said
    second.process.kill()
    second.gone()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LOG_LEVEL", "loud"),
        ("JOB_LOST_AFTER_SECONDS", "soon"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_STATEMENT_SECONDS", "soon"),
        ("TRACKER_DATA_DIR", "/dev/null/data"),
    ],
)
def test_a_variable_that_cannot_be_used_is_said_in_one_line(tracker, monkeypatch, variable, value):
    started = tracker(**{variable: value})
    assert started.process.wait(timeout=60) == 1
    started.close()
    assert "Traceback" not in started.said
    assert re.search(rf"^The tracker cannot be started: {variable}\b", started.said, re.MULTILINE)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("sqlite:///{folder}", "unable to open database"),
        ("postgres://nobody@127.0.0.1:1/tracker", "Connection refused"),
    ],
)
def test_a_database_that_cannot_be_had_is_said_in_one_line(tracker, tmp_path, address, reason):
    started = tracker(DATABASE_URL=address.format(folder=tmp_path))
    assert started.process.wait(timeout=60) == 1
    started.close()
    assert "Traceback" not in started.said
    assert re.search(rf"^The tracker cannot be started: .*{reason}", started.said, re.MULTILINE)


@pytest.mark.skipif(os.geteuid() != 0, reason="Celery warns root only")
def test_celery_has_nothing_to_say_of_root_that_the_supervisor_has_not_said():
    asked = "from celery.platforms import check_privileges; check_privileges(['json'])"

    def told(*options: str) -> str:
        command = [sys.executable, *options, "-c", asked]
        return subprocess.run(command, capture_output=True, text=True, check=True).stderr

    assert "superuser privileges" in told()
    assert told("-W", NO_WORD_OF_ROOT) == ""
