"""Nothing is left of a run, also when the harness itself is killed."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migration_tracker.probing import warden

RUN = """
import sys
from pathlib import Path
from migration_tracker import probing
from migration_tracker.probing.description import parse

plan = probing.Plan(
    worker="w",
    transport="kafka",
    folder=Path(sys.argv[1]),
    command=("python", "leaves_a_child.py"),
    describe=parse({"topics_read": ["t"], "ready": {"log": "never"}}, "here"),
)
probing.run(plan, on_stage=lambda s: print(s.key, s.result, s.evidence.get("pid"), flush=True))
"""


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


@pytest.mark.broker
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_harness_that_is_ended_leaves_no_process_and_no_folder(number):
    folder = Path(__file__).parent / "workers"
    harness = subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with harness:
        pid = next(int(line.split()[2]) for line in harness.stdout if line.startswith("boots passed"))
        run = until(lambda: "SCRATCH" in environment(pid) and environment(pid))
        mark = run["MIGRATION_TRACKER_RUN"].partition(".")[0]
        until(lambda: len(warden.members(mark)) == 2)  # the worker, and its child in another session
        harness.send_signal(number)
        harness.communicate()
    until(lambda: not warden.members(mark) and not Path(run["SCRATCH"]).exists())


def environment(pid):
    pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(pair.partition("=")[::2] for pair in pairs)


def test_members_are_known_by_their_mark_or_their_group():
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    marked = subprocess.Popen(sleep, env={warden.MARK: "test-mark.1."})
    grouped = subprocess.Popen(sleep, start_new_session=True)
    other = subprocess.Popen(sleep)
    try:
        until(lambda: set(warden.members("test-mark", [grouped.pid])) == {marked.pid, grouped.pid})
        warden.sweep("test-mark", [grouped.pid])
        assert marked.wait(5) == grouped.wait(5) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        for process in (marked, grouped, other):
            process.kill()
            process.wait()
