"""A machine that runs out of memory is nobody's fault."""

import os
from pathlib import Path

import pytest

from migration_tracker import probing
from migration_tracker.probing import Result
from migration_tracker.probing.memory import Memory
from tests.probing.conftest import PATIENT

# The kernel counts for the whole machine: what one of them does, the other would take for its own.
pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("memory")]

V1, V2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")


@pytest.fixture
def control_group():
    """A control group with 40 MB of memory, in which the kernel kills."""
    root, name = (V1, "memory.limit_in_bytes") if V1.is_dir() else (V2, "memory.max")
    group = root / f"smoke-test-{os.getpid()}"
    try:
        group.mkdir()
        (group / name).write_text("40000000")
    except OSError as error:
        pytest.skip(f"no control group with a limit can be made here: {error}")
    yield group
    group.rmdir()


def test_a_worker_that_the_kernel_ends_for_lack_of_memory_has_not_failed(plan, control_group):
    report = probing.run(
        plan("runs_out_of_memory", timeouts=PATIENT, env={"CONTROL_GROUP": str(control_group)})
    )
    assert report.result is Result.ERROR, report.reason + report.log
    assert "out of memory" in report.reason
    assert not report.lasting


def test_a_worker_that_is_killed_otherwise_has(plan):
    memory = Memory()
    report = probing.run(plan("killed", timeouts=PATIENT))
    if memory.ran_out():
        pytest.skip("the kernel killed another process for lack of memory meanwhile, and counts for all")
    assert report.result is Result.FAILED, report.reason + report.log
    assert "was ended by SIGKILL before it was ready" in report.reason


def test_what_the_kernel_does_to_strangers_does_not_count_where_the_own_control_group_is_known(tmp_path):
    counter = tmp_path / "memory.events"  # as the kernel writes it for a group of version 2
    counter.write_text("low 0\nhigh 0\nmax 31\noom 2\noom_kill 2\noom_group_kill 0\n")
    memory = Memory(tmp_path)
    assert not memory.ran_out()  # whatever it did to others since
    counter.write_text("low 0\nhigh 0\nmax 40\noom 3\noom_kill 3\noom_group_kill 0\n")
    assert memory.ran_out()
