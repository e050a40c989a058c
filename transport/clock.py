"""The time of day, as messages carry it. What passes is told by the event loop: see transport.virtual."""

import asyncio
import time


def wall() -> float:
    """Seconds since the epoch; a loop that has a time of day of its own is asked."""
    own = getattr(asyncio.get_running_loop(), "wall", None)
    return float(own()) if own is not None else time.time()
