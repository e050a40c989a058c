"""Kinship of processes: children that die with their parent, orphans that are adopted, a family's end.

On Linux only, by prctl(2) and proc(5); elsewhere these do nothing, and process groups must do.
"""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path

_PROC = Path("/proc")
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PR_SET_CHILD_SUBREAPER = 36


def die_with_parent(parent: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send `number` to this process when `parent`, the process id that forked it, dies."""
    _prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it died before the kernel was told
        os.kill(os.getpid(), number)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, whatever session it went to."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def descendants(root: int) -> frozenset[int]:
    """The ids of the living processes below `root`, across sessions and process groups."""
    children = defaultdict(list)
    for folder in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):  # it ended while we read
            state, parent = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state not in "ZX":
                children[int(parent)].append(int(folder.name))
    found: set[int] = set()
    generation = children[root]
    while generation:
        found.update(generation)
        generation = [child for parent in generation for child in children[parent]]
    return frozenset(found)


def end_descendants(seconds: float = 5.0) -> None:
    """Kill and reap everything below this process, until nothing is left or `seconds` are over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for pid in descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return
        time.sleep(0.01)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
