"""Which workers are meant by what was typed: names, globs, or `all`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from migration_tracker.probing.errors import SelectionError
from migration_tracker.scanning import globs

ALL = "all"


def choose(wanted: Iterable[str], workers: Sequence[str]) -> list[str]:
    """The workers meant, each once, in the order of `workers`.

    Raises SelectionError for what means none of them.
    """
    if not workers:
        raise SelectionError("the definition finds no worker here; see include in its [workers]")
    chosen: set[str] = set()
    for want in wanted:
        matches = workers if want == ALL else list(filter(globs.matcher([want]), workers))
        if not matches:
            raise SelectionError(f"no worker is called {want!r}{_instead(want, workers)}")
        chosen.update(matches)
    return [worker for worker in workers if worker in chosen]


def _instead(want: str, workers: Sequence[str]) -> str:
    named = [worker for worker in workers if worker.rpartition("/")[2] == want]
    close = named or difflib.get_close_matches(want, workers, n=3, cutoff=0.4)
    return f"; did you mean {', '.join(close)}?" if close else f"; there are {', '.join(workers)}"
