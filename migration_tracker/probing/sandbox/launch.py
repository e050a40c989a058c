"""Puts a process of a run where it can do no harm, then becomes the command: its process id stays the same.

Run as a script, without the command's environment: an LD_PRELOAD of the code under test must not be loaded
while this is root. It reads what to do as JSON from one pipe, and tells by another why it could not; that one
closes by itself when the command takes over. It imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import stat
import sys
from typing import Any

_NEW_VIEW, _NEW_IPC = 0x00020000, 0x08000000  # unshare(2)
_READ_ONLY, _NO_SUID, _NO_DEVICES, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = (
    1,
    2,
    4,
    32,
    4096,
    16384,
    1 << 18,
)  # mount(2)
_DETACH = 2  # umount2(2)
_NO_NEW_PRIVILEGES = 38  # prctl(2)
_BASE = "/tmp"  # any folder that is there: what is mounted on it is seen by nobody else
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/nix")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_STANDARD = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Do as the first pipe says; the numbers of the pipes are the arguments."""
    orders, trouble = int(sys.argv[1]), int(sys.argv[2])
    with open(orders) as pipe:
        told = json.load(pipe)
    os.set_inheritable(trouble, False)
    try:
        become(told)
    except OSError as error:
        os.write(trouble, f"{error.strerror or error}".encode())
        os._exit(127)


def become(told: dict[str, Any]) -> None:
    """Take on the view, the limits and the user, then run the command. Returns only by raising OSError."""
    if told["view"] is not None:
        _see_only(**told["view"])
    os.chdir(told["folder"])
    for name, most in told["limits"].items():
        number = getattr(resource, name, None)
        if number is not None:
            hard = resource.getrlimit(number)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(number, (most, most))
    if told["user"] is not None:
        os.setgroups([])
        os.setresgid(*[told["user"]] * 3)
        os.setresuid(*[told["user"]] * 3)
    if sys.platform == "linux":
        _check(_libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no new privileges")
    os.execvpe(told["command"][0], told["command"], told["environment"])


def _see_only(readable: list[str], writable: list[str]) -> None:
    """Have a root of our own, with nothing in it but the system, and what is listed at its own place."""
    _check(_libc.unshare(_NEW_VIEW | _NEW_IPC), "a view of its own")
    _mount("none", "/", "", _PRIVATE | _RECURSIVE)
    links = {path: os.readlink(path) for path in _SYSTEM if os.path.islink(path)}
    folders = [path for path in _SYSTEM if os.path.isdir(path) and path not in links]
    places = [(path, True) for path in (*folders, *readable)] + [(path, False) for path in writable]
    places += [(f"/dev/{name}", False) for name in _DEVICES]
    held = [
        (path, only_read, os.open(path, os.O_PATH | (0 if only_read else os.O_NOFOLLOW)))
        for path, only_read in places
        if os.path.exists(path)
    ]
    _mount("tmpfs", _BASE, "tmpfs", _NO_SUID | _NO_DEVICES, "mode=755,size=1m")
    for path, target in links.items():
        os.symlink(target, _BASE + path)
    for name, target in _STANDARD.items():
        os.makedirs(f"{_BASE}/dev", exist_ok=True)
        os.symlink(f"/proc/self/fd{target}", f"{_BASE}/dev/{name}")
    for path in ("/tmp", "/var/tmp", "/dev/shm", "/run"):
        os.makedirs(_BASE + path, exist_ok=True)
        _mount("tmpfs", _BASE + path, "tmpfs", _NO_SUID | _NO_DEVICES, "mode=1777,size=64m")
    for path, only_read, descriptor in sorted(held, key=lambda place: len(place[0])):
        _bind(descriptor, _BASE + path, only_read=only_read, device=path.startswith("/dev/"))
    os.makedirs(f"{_BASE}/proc")
    _mount("proc", f"{_BASE}/proc", "proc", _NO_SUID | _NO_DEVICES, "hidepid=2")
    os.chdir(_BASE)
    _check(_libc.pivot_root(b".", b"."), "a root of its own")
    _check(_libc.umount2(b".", _DETACH), "the root that it had")
    _mount("none", "/", "", _REMOUNT | _READ_ONLY | _NO_SUID | _NO_DEVICES | _BIND)


def _bind(descriptor: int, place: str, *, only_read: bool, device: bool) -> None:
    """Show what the descriptor stands for at a place of the new root."""
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.makedirs(place, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if not os.path.exists(place):
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o644))
    _mount(f"/proc/self/fd/{descriptor}", place, "", _BIND | _RECURSIVE)
    os.close(descriptor)
    safe = _NO_SUID | (0 if device else _NO_DEVICES) | (_READ_ONLY if only_read else 0)
    _mount("none", place, "", _REMOUNT | _BIND | safe)


def _mount(what: str, place: str, kind: str, flags: int, options: str = "") -> None:
    done = _libc.mount(what.encode(), place.encode(), kind.encode() or None, flags, options.encode() or None)
    _check(done, f"mount of {place}")


def _check(done: int, what: str) -> None:
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"sandbox: {what}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
