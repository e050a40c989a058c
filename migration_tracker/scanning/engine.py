"""The scan itself: from a source and a scope to an inventory."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from migration_tracker.scanning.cache import Cache, NoCache
from migration_tracker.scanning.inventory import Inventory
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.sources import Source


def scan(
    source: Source, scope: Scope, cache: Cache | None = None, *, with_checklist: bool = True
) -> Inventory:
    """Say who still uses the old client, and how.

    Args:
        source: the files, of a work tree or of a revision.
        scope: what to look for.
        cache: what earlier scans read; without one every file is read anew.
        with_checklist: also judge the checklists and take the fingerprints; without, a worker's checklist
            and fingerprint are empty, and no phase is reported.

    Raises:
        SourceError: the files cannot be read.
        ScopeError: the scope does not fit them.
    """
    began = perf_counter()
    cache = cache or NoCache()
    entries = source.entries()
    kept = None
    if not isinstance(cache, NoCache):
        from migration_tracker.scanning.kept import Kept

        kept = Kept(source, entries, scope, cache, with_checklist=with_checklist)
    if kept and (known := kept.find()) is not None:
        return replace(known, seconds=round(perf_counter() - began, 3))
    from migration_tracker.scanning.interpreter import at_full_depth
    from migration_tracker.scanning.scanner import Scanner  # all that parses and links: slow to import

    with at_full_depth():
        made = Scanner(source, entries, scope, cache, with_checklist)
        inventory = made.inventory(began)
    if kept:
        kept.keep(inventory, made.ids)
    return inventory
