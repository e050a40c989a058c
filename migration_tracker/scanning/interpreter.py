"""The running Python, set up for reading and linking, and as it was afterwards."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_DEEPEST = 5_000  # frames: the evaluator goes a hundred names deep, each some ten frames


@contextmanager
def at_full_depth() -> Iterator[None]:
    """Allow deep recursion, and do not look for cycles: trees have none, and looking costs a fifth."""
    was_on, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    sys.setrecursionlimit(max(limit, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if was_on:
            gc.enable()
