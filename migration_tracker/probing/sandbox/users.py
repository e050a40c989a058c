"""A user for each run that no other run and nobody else on the machine is at the time."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Within the numbers that systemd too gives to services for as long as they run (systemd.io/UIDS-GIDS), so
# that no account has one of them; they need no entry in a list of accounts.
FIRST, LAST = 61_200, 61_999


@contextmanager
def a_user() -> Iterator[tuple[int, int] | None]:
    """A user of one's own while this is held: its number, and the descriptor that holds it, also in a child
    that inherits it; None where there is no right to become another."""
    if os.geteuid() != 0:
        yield None
        return
    folder = Path(tempfile.gettempdir()) / "migration-tracker-users"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != 0 or status.st_mode & 0o077 or not folder.is_dir() or folder.is_symlink():
        yield None  # somebody else has made it, and could take the locks away
        return
    for number in range(FIRST, LAST + 1):
        with (folder / str(number)).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield number, lock.fileno()
            return
    yield None
