"""How long to wait before trying again."""

import random


def pause(failures: int, *, first: float, longest: float) -> float:
    """Seconds to wait after the `failures`-th failure in a row (from 1).

    The span doubles with each failure up to `longest`; the wait is drawn from its upper half, so that
    consumers that failed together do not come back together.
    """
    span = min(longest, first * 2.0 ** min(failures - 1, 62))
    return span * random.uniform(0.5, 1.0)  # noqa: S311  jitter needs no secrecy
