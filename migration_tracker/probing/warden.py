"""Ends every process of a run, also when the harness itself was killed.

Run as a script beside each run, in a session of its own: it waits until its standard input closes, which the
kernel does for a harness that dies by SIGKILL too, then kills whatever carries the run's mark and removes the
run's scratch folder. It imports nothing of ours, so that it is up in some 10 ms.

A process belongs to a run by the MARK in its environment, which children inherit, also those that left the
process group or the session; or by its process group, for those that cleared their environment; or by the
user that only the run has, where there is one. Without /proc (macOS) only the group is known.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection

MARK = "MIGRATION_TRACKER_RUN"
_PROC = "/proc"
_UNTIRING = 200  # rounds: a process that forks faster than it is killed is given up at some point


def members(mark: str, groups: Collection[int] = (), user: str = "") -> dict[int, str]:
    """The living processes whose mark begins with `mark`, or of one of the process groups, or of the user:
    ids and command lines."""
    if not os.path.isdir(_PROC + "/self"):  # noqa: PTH112  pathlib costs this script half of its start
        return _members_by_ps(groups)
    wanted = f"\0{MARK}={mark}".encode()
    found = {}
    for entry in os.listdir(_PROC):  # noqa: PTH208
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            state, group = _read(entry, "stat").rpartition(b")")[2].split()[0:3:2]
            if state in (b"Z", b"X"):
                continue
            if int(group) in groups or _is_of(entry, user) or wanted in b"\0" + _read(entry, "environ"):
                command = _read(entry, "cmdline").replace(b"\0", b" ").decode("utf-8", "replace").strip()
                found[int(entry)] = command or f"process {entry}"
        except OSError:  # it is gone, or it is not ours
            continue
    return found


def sweep(mark: str, groups: Collection[int] = (), user: str = "") -> None:
    """Kill the members of a run until none is left."""
    for _ in range(_UNTIRING):
        left = members(mark, groups, user)
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.01)


def _is_of(pid: str, user: str) -> bool:
    return user != "" and f"\nUid:\t{user}\t".encode() in _read(pid, "status")


def _read(pid: str, name: str) -> bytes:
    with open(f"{_PROC}/{pid}/{name}", "rb") as file:  # noqa: PTH123
        return file.read()


def _members_by_ps(groups: Collection[int]) -> dict[int, str]:
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=", "-o", "pgid=", "-o", "stat=", "-o", "command="],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    rows = [line.split(None, 3) for line in listing.splitlines()]
    return {
        int(row[0]): row[-1]
        for row in rows
        if len(row) > 3 and int(row[1]) in groups and not row[2].startswith("Z")
    }


def _main(mark: str, scratch: str, user: str) -> None:
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, signal.SIG_IGN)
    groups = [int(line) for line in sys.stdin]  # one group a line; ends when the harness does
    sweep(mark, groups, user)
    import shutil

    shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
