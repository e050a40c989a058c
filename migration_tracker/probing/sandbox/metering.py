"""Looks now and then how much room a run takes up on the disk, which no limit of the system bounds."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from migration_tracker.probing.sandbox.sandbox import Sandbox

_EVERY = 1.0  # seconds


def meter(sandbox: Sandbox, overdrawn: Callable[[str], None]) -> Callable[[], None]:
    """Call `overdrawn` with the reason, from a thread, once the run takes up more than it may.

    Returns:
        Ends the looking.
    """
    over = Event()
    most = sandbox.limits.disk

    def look() -> None:
        while not over.wait(_EVERY):
            if (size := sandbox.size()) > most:
                overdrawn(f"ended: its files take {size / 1e6:,.0f} MB, and {most / 1e6:,.0f} MB are allowed")

    thread = Thread(target=look, name="disk meter", daemon=True)
    thread.start()

    def stop() -> None:
        over.set()
        thread.join()

    return stop
