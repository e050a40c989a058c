"""Outlives the supervisor by a moment: however that one ends, nothing it started lives on."""

import os
import signal
from collections.abc import Callable

from migration_tracker.supervisor import kin
from migration_tracker.supervisor.supervise import STOPS


def guard(supervise: Callable[[], int]) -> int:
    """Run `supervise` in a session of its own, pass signals on to it, and end what it leaves behind.

    Returns its exit code. When this process is the one that dies, the other is told to stop.
    """
    kin.adopt_orphans()
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    parent = os.getpid()
    supervisor = os.fork()
    if supervisor == 0:
        os.setsid()
        kin.die_with_parent(parent, signal.SIGTERM)
        os._exit(supervise())
    for number in STOPS:
        signal.signal(number, lambda received, _: os.kill(supervisor, received))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    code = _outlive(supervisor)
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)  # what is left is a matter of moments
    kin.end_descendants()
    return code


def _outlive(supervisor: int) -> int:
    """Reap `supervisor` and, until then, every orphan; the exit code as a shell would give it."""
    while True:
        pid, status = os.wait()
        if pid == supervisor:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
