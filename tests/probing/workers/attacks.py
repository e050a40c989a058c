"""Tries to get at what is not its own: prints what came of each attempt, then behaves like any worker."""

import ctypes
import json
import os
import sys
from pathlib import Path

from signals import block, until_sigterm

block()
told = json.loads(os.environ["TARGETS"])


def attempt(what):
    try:
        return repr(what())
    except Exception as error:
        return f"refused: {type(error).__name__}"


def names(folder):
    return sorted(path.name for path in Path(folder).iterdir())


def write(place):
    with Path(place).open("w") as file:
        file.write("x")


def attach(pid):
    if ctypes.CDLL(None, use_errno=True).ptrace(16, pid, 0, 0) != 0:
        raise PermissionError


def mount():
    if ctypes.CDLL(None).mount(b"none", b"/tmp", b"tmpfs", 0, None) != 0:
        raise PermissionError


tracker = told["tracker"]
print(
    json.dumps(
        {
            **{f"read {path}": attempt(Path(path).read_text) for path in told["files"]},
            **{f"list {path}": attempt(lambda p=path: names(p)) for path in told["folders"]},
            **{f"write {path}": attempt(lambda p=path: write(p)) for path in told["places"]},
            "tracker's environment": attempt(Path(f"/proc/{tracker}/environ").read_bytes),
            "tracker's memory": attempt(Path(f"/proc/{tracker}/mem").open),
            "tracker's files": attempt(lambda: names(f"/proc/{tracker}/fd")),
            "tracker's root": attempt(lambda: names(f"/proc/{tracker}/root")),
            "end the tracker": attempt(lambda: os.kill(tracker, 0)),
            "trace the tracker": attempt(lambda: attach(tracker)),
            "become root": attempt(lambda: os.setuid(0)),
            "become root by group": attempt(lambda: os.setgroups([0])),
            "mount": attempt(mount),
            "leave by chroot": attempt(lambda: os.chroot("/")),
            "raise a limit": attempt(lambda: __import__("resource").setrlimit(7, (99_999, 99_999))),
            "processes seen": sorted(int(name) for name in names("/proc") if name.isdigit()),
            "own": [os.getpid(), os.getuid(), os.getgid(), os.getgroups()],
            "environment": dict(os.environ),
            "open files": attempt(lambda: sorted(map(int, names("/proc/self/fd")))),
        }
    ),
    flush=True,
)
if len(sys.argv) > 1:  # what the harness writes to as root must not lead elsewhere
    for name in ("fence", "home", "sigterm", "sigkill"):
        place = Path(os.environ["SCRATCH"]) / name
        if not place.exists():
            place.symlink_to(sys.argv[1])
print("worker is ready", flush=True)
until_sigterm()
