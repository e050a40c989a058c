"""The service's clock."""

import time


def now() -> int:
    """Return the present in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
