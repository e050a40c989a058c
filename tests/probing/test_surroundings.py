"""What goes wrong around a worker is an error, never its failure."""

import os
import signal
import subprocess
from dataclasses import replace

import pytest

from migration_tracker import probing
from migration_tracker.probing import Result, Timeouts

pytestmark = pytest.mark.broker

DESCRIBES = """import json, sys
print("not to be parsed", file=sys.stderr)
print(json.dumps({"topics_read": ["numbers"], "ready": {"log": "worker is ready"}}))"""


def failing(report):
    return next(
        (stage.key, str(stage.result)) for stage in report.stages if stage.result is not Result.PASSED
    )


def test_a_describe_command_is_asked(plan):
    report = probing.run(plan("idle", description=("python", "-c", DESCRIBES)))
    assert report.result is Result.PASSED, report.reason


def test_a_worker_that_crashes_when_asked_to_describe_itself_fails(plan):
    report = probing.run(plan("idle", description=("python", "-c", "import nothing_like_this")))
    assert failing(report) == ("boots", "failed")
    assert (
        "asked to describe itself: ModuleNotFoundError: No module named 'nothing_like_this'" in report.reason
    )
    assert "Traceback" in report.log


def test_a_worker_that_cannot_be_parsed_when_asked_to_describe_itself_fails(plan):
    report = probing.run(plan("idle", description=("python", "-c", "def (:")))
    assert failing(report) == ("boots", "failed")
    assert "asked to describe itself: SyntaxError: " in report.reason


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("no-such-program",), "cannot run 'no-such-program'"),
        (("python", "-m", "nothing_like_this"), "No module named nothing_like_this"),
        (("python", "-c", "print('hello')"), "it is not JSON"),
        (("python", "-c", "print('{}')"), "ready: is missing"),
        (("python", "-c", "import time; time.sleep(60)"), "did not end within 1 s"),
    ],
)
def test_a_describe_command_that_does_not_work_is_an_error(plan, command, said):
    report = probing.run(plan("idle", description=command, timeouts=Timeouts(describe=1)))
    assert failing(report) == ("broker", "error")
    assert said in report.reason


def test_a_command_that_cannot_be_run_is_an_error(plan):
    report = probing.run(replace(plan("idle"), command=("python", "-m", "nothing_like_this")))
    assert failing(report) == ("boots", "error")
    assert "No module named nothing_like_this" in report.reason


def test_a_service_gives_the_worker_its_environment(plan, squares):
    described = replace(squares, services=("partner",), samples=(), env={"URL": "${PARTNER_URL}/x"})
    services = {"partner": ("python", "service.py")}
    report = probing.run(plan("shows_environment", description=described, services=services))
    assert report.result is Result.PASSED, report.reason
    assert report.stages[0].evidence["services"] == ["partner"]
    assert '"URL": "http://127.0.0.1/' in report.log


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ("raise LookupError('no licence')", "service 'partner' exited with code 1: LookupError: no licence"),
        ("import time; time.sleep(60)", "service 'partner' printed no line of JSON within 1 s"),
        ("print('{\"a b\": 1}', flush=True); input()", "service 'partner'"),
    ],
)
def test_a_service_that_does_not_come_up_is_an_error(plan, squares, service, said):
    described = replace(squares, services=("partner",))
    report = probing.run(
        plan(
            "idle",
            description=described,
            services={"partner": ("python", "-c", service)},
            timeouts=Timeouts(service=1),
        )
    )
    assert failing(report) == ("broker", "error")
    assert said in report.reason


def test_a_service_nobody_told_how_to_start_is_an_error(plan, squares):
    report = probing.run(plan("idle", description=replace(squares, services=("partner",))))
    assert failing(report) == ("broker", "error")
    assert "no [smoke.services.partner] says how to start 'partner'" in report.reason


def test_a_stand_in_that_cannot_run_here_is_an_error_with_its_reason(plan, monkeypatch):
    monkeypatch.setitem(
        __import__("transport.local").local._NEEDS, "eventhub", {"no_such_module": "something"}
    )
    report = probing.run(plan("idle", transport="eventhub"))
    assert failing(report) == ("broker", "error")
    assert "needs something, which is not installed" in report.reason


def test_a_broker_that_dies_in_the_middle_is_an_error(plan, squares):
    brokers = []

    def kill_the_broker(stage):
        if stage.key == "processes" and stage.result is Result.RUNNING:
            brokers.extend(stand_ins())
            for pid in brokers:
                os.kill(pid, signal.SIGKILL)

    report = probing.run(
        plan("direct", description=squares, timeouts=Timeouts(process=2)), on_stage=kill_the_broker
    )
    assert len(brokers) == 1
    assert report.result is Result.ERROR
    assert "the stand-in broker died in the middle of the run" in report.reason


def stand_ins():
    """The stand-in brokers that this process has started."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,command="], capture_output=True, text=True).stdout
    for line in listing.splitlines():
        pid, parent, text = line.split(None, 2)
        if int(parent) == os.getpid() and "transport.local" in text:
            yield int(pid)
