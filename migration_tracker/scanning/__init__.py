"""Reads a repository as text and says who still uses the old client, and how. Files in, values out.

    inventory = scan(Revision(folder, "HEAD"), definition.scope)

Nothing that is read is ever run.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing is slow to import, and an answer that still holds needs nothing else of it
if TYPE_CHECKING:
    from typing import Any

    from migration_tracker.scanning.cache import Cache, NoCache
    from migration_tracker.scanning.cache_file import FileCache, default_path
    from migration_tracker.scanning.engine import scan
    from migration_tracker.scanning.errors import ScanningError, ScopeError, SourceError
    from migration_tracker.scanning.fingerprint import Part, explain
    from migration_tracker.scanning.inventory import (
        Files,
        Finding,
        Inventory,
        Judgement,
        Kind,
        PhaseReport,
        Place,
        Rule,
        Status,
        Verdict,
        WorkerReport,
    )
    from migration_tracker.scanning.scope import Document, PhaseScope, Scope
    from migration_tracker.scanning.series import Series
    from migration_tracker.scanning.sources import Entry, Revision, Source, Unreadable, WorkTree
    from migration_tracker.scanning.survey import WorkerStatus
    from migration_tracker.scanning.text import Excerpt, excerpt, excerpts

__all__ = [
    "Cache",
    "Document",
    "Entry",
    "Excerpt",
    "FileCache",
    "Files",
    "Finding",
    "Inventory",
    "Judgement",
    "Kind",
    "NoCache",
    "Part",
    "PhaseReport",
    "PhaseScope",
    "Place",
    "Revision",
    "Rule",
    "ScanningError",
    "Scope",
    "ScopeError",
    "Series",
    "Source",
    "SourceError",
    "Status",
    "Unreadable",
    "Verdict",
    "WorkTree",
    "WorkerReport",
    "WorkerStatus",
    "default_path",
    "excerpt",
    "excerpts",
    "explain",
    "scan",
]

_HOMES = {
    "cache": ("Cache", "NoCache"),
    "cache_file": ("FileCache", "default_path"),
    "engine": ("scan",),
    "errors": ("ScanningError", "ScopeError", "SourceError"),
    "fingerprint": ("Part", "explain"),
    "inventory": (
        "Files",
        "Finding",
        "Inventory",
        "Judgement",
        "Kind",
        "PhaseReport",
        "Place",
        "Rule",
        "Status",
        "Verdict",
        "WorkerReport",
    ),
    "scope": ("Document", "PhaseScope", "Scope"),
    "series": ("Series",),
    "sources": ("Entry", "Revision", "Source", "Unreadable", "WorkTree"),
    "survey": ("WorkerStatus",),
    "text": ("Excerpt", "excerpt", "excerpts"),
}
"""The modules of this package, with what each shows here. They are imported when that is asked for: a scan of
what did not change needs few of them, and is over sooner than all could be imported."""


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            found = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
