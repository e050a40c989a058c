"""How far a command is, on standard error: only on a terminal, and only if it takes more than a second."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

_QUIET_SECONDS = 1.0


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Gives a function that is told how many are done, and of how many.

    Args:
        what: what is counted, such as “files read”.
    """
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    began = told = monotonic()
    shown = False

    def tell(done: int, total: int) -> None:
        nonlocal told, shown
        now = monotonic()
        if now - began >= _QUIET_SECONDS and now - told >= 0.1:
            told, shown = now, True
            print(f"\r{done} of {total} {what}\x1b[K", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        if shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
