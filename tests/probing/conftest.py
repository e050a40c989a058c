"""Plans for the small workers beside the tests, and what is left of a run."""

import socket
from pathlib import Path

import pytest

from migration_tracker.probing import Description, Plan, Timeouts
from migration_tracker.probing.description import parse

WORKERS = Path(__file__).parent / "workers"

SQUARES = {
    "topics_read": ["numbers"],
    "topics_written": ["squares"],
    "group": "squares",
    "ready": {"log": "worker is ready"},
    "samples": [{"name": "seven", "topic": "numbers", "value": {"number": 7}}],
    "expect": [{"sample": "seven", "topic": "squares", "contains": {"square": 49}}],
}
IDLE = {"topics_read": ["numbers"], "ready": {"log": "worker is ready"}}
QUICK = Timeouts(describe=10, service=10, ready=10, process=10, commit=10, stop=10)
PATIENT = Timeouts(describe=60, service=60, ready=60, process=60, commit=60, stop=60)  # on a busy machine


@pytest.fixture
def plan():
    """Make a plan for one of the workers beside the tests."""

    def make(worker, *arguments, transport="kafka", description=IDLE, timeouts=QUICK, **more) -> Plan:
        described = (
            description if isinstance(description, tuple | Description) else parse(description, "the test")
        )
        return Plan(
            worker=worker,
            transport=transport,
            folder=WORKERS,
            command=("python", f"{worker}.py", *arguments),
            describe=described,
            timeouts=timeouts,
            **more,
        )

    return make


@pytest.fixture
def squares():
    return parse(SQUARES, "the test")


@pytest.fixture
def closed_port():
    """A port of this machine on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield free.getsockname()[1]  # bound and not listening: refused, and nobody else gets it


@pytest.fixture
def stage():
    """The stage of a report by its key."""
    return lambda report, key: next(stage for stage in report.stages if stage.key == key)
