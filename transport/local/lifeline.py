"""Notices when the process that started this one is gone, however that one ended.

PR_SET_PDEATHSIG is not used: it fires when the starting *thread* ends, which may well be a short one.
"""

import os
import select
import sys
import threading
from collections.abc import Callable

_POLL_SECONDS = 0.2


def hold(parent: int, orphaned: Callable[[], None], *, watch_input: bool) -> None:
    """Call `orphaned`, from a thread of its own, once `parent` is gone.

    Args:
        parent: the process id of the process that started this one.
        orphaned: what to do then.
        watch_input: whether standard input is a pipe whose other end `parent` holds. That it ends is a
            sign that comes at once; but a child that `parent` forked may keep it open, so both are watched.
    """
    threading.Thread(
        target=_watch, args=(parent, orphaned, watch_input), name="lifeline", daemon=True
    ).start()


def _watch(parent: int, orphaned: Callable[[], None], watch_input: bool) -> None:
    pipes = [sys.stdin] if watch_input else []
    while os.getppid() == parent:
        ended, _, _ = select.select(pipes, [], [], _POLL_SECONDS)
        if ended and not os.read(sys.stdin.fileno(), 1024):
            break
    orphaned()
