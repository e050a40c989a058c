"""Folders for what jobs check out, each its job's own, also where several hosts share the disk.

A job locks its folder for as long as it works there. The lock goes with the process, so what a killed job
left behind can be told from what a living one uses.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings


@contextmanager
def checkout(prefix: str) -> Iterator[Path]:
    """A new folder that is gone when the block ends."""
    with _locked(settings.CHECKOUTS, fcntl.LOCK_SH):  # not while somebody clears
        made = tempfile.TemporaryDirectory(prefix=prefix, dir=settings.CHECKOUTS)
        held = _lock(Path(made.name), fcntl.LOCK_EX)
    try:
        with made as name:
            yield Path(name)
    finally:
        os.close(held)


def left_behind() -> list[Path]:
    """The folders that no job holds any more."""
    with _locked(settings.CHECKOUTS, fcntl.LOCK_EX):
        return [folder for folder in settings.CHECKOUTS.iterdir() if not _held(folder)]


def clear() -> None:
    """Remove the folders that no job holds any more."""
    with _locked(settings.CHECKOUTS, fcntl.LOCK_EX):
        for left_behind in settings.CHECKOUTS.iterdir():
            with suppress(OSError), _locked(left_behind, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(left_behind, ignore_errors=True)


def _held(folder: Path) -> bool:
    try:
        with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return False
    except OSError:
        return True


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    held = _lock(folder, how)
    try:
        yield
    finally:
        os.close(held)


def _lock(folder: Path, how: int) -> int:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, how)
    except OSError:
        os.close(held)
        raise
    return held
