"""Whole inventories, kept by everything they rest on: no file is parsed again while none has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from migration_tracker.scanning import globs
from migration_tracker.scanning.cache import Cache
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
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.sources import Entry, Source, Unreadable
from migration_tracker.scanning.stamps import Stamps
from migration_tracker.scanning.text import MOST_BYTES
from migration_tracker.scanning.version import version

_MOST_OTHER_BYTES = 20_000_000


class Kept:
    """The inventory of a source as it is now, if an earlier scan found the same files.

    An inventory is known by the paths of all files, the contents of those that a scan may read, the scope,
    and the version of the engine.

    Args:
        source: the files.
        entries: all of them.
        scope: what is looked for.
        cache: what earlier scans found.
        with_checklist: whether checklists and fingerprints are asked for.
    """

    def __init__(
        self, source: Source, entries: Sequence[Entry], scope: Scope, cache: Cache, *, with_checklist: bool
    ) -> None:
        self._source = source
        self._entries = entries
        self._cache = cache
        self._about = f"{version()} {scope!r} {with_checklist}"
        matches = globs.matcher(scope.also)
        documents = {document.path for phase in scope.phases for document in phase.documents}
        self._others = [
            one
            for one in entries
            if not one.path.endswith(".py") and (one.path in documents or matches(one.path))
        ]
        self._python = [one for one in entries if one.path.endswith(".py")]
        self._stamps = Stamps(source, [*self._python, *self._others], cache)

    def find(self) -> Inventory | None:
        """The kept inventory; None if the files were never scanned as they are."""
        if not self._stamps.are_known and not all(one.blob for one in self._python):
            return None
        ids = {**self._stamps.ids(self._python, most=MOST_BYTES), **self._ids_of_others()}
        written = self._cache.get(self._key(ids))
        try:
            inventory = _inventory(written) if written is not None else None
        except (TypeError, ValueError, LookupError):  # written by something else: scan anew
            return None
        if inventory is None:
            return None
        self._stamps.remember(ids)
        files = replace(inventory.files, cached=inventory.files.parsed)
        source = self._source
        return replace(
            inventory,
            repository=str(source.root),
            commit=source.commit,
            dirty=source.dirty,
            files=files,
        )

    def keep(self, inventory: Inventory, python: Mapping[str, str]) -> None:
        """Keep what was found.

        Args:
            inventory: the inventory of the source.
            python: git's ids of the Python files, as they were when they were read.
        """
        ids = {**python, **self._ids_of_others()}
        self._cache.put(self._key(ids), asdict(inventory))
        self._stamps.remember(ids)

    def _ids_of_others(self) -> dict[str, str]:
        return self._stamps.ids(self._others, most=_MOST_OTHER_BYTES)

    def _key(self, ids: Mapping[str, str]) -> str:
        files = "\0".join(f"{one.path}\0{ids.get(one.path, '')}" for one in self._entries)
        digest = hashlib.sha256(f"{self._about}\0{files}".encode(errors="surrogateescape"))
        return f"inventory:{digest.hexdigest()}"


def _inventory(written: Any) -> Inventory:
    """An inventory from its JSON. Raises TypeError, ValueError or LookupError when it is none."""
    files = written["files"]
    read = {
        "files": Files(**{**files, "unreadable": tuple(Unreadable(**one) for one in files["unreadable"])}),
        "workers": tuple(_worker(one) for one in written["workers"]),
        "elsewhere": tuple(_finding(one) for one in written["elsewhere"]),
        "phases": tuple(PhaseReport(one["key"], _judgements(one["items"])) for one in written["phases"]),
        "warnings": tuple(written["warnings"]),
    }
    return Inventory(**{**written, **read})


def _worker(written: Any) -> WorkerReport:
    read = {
        "status": Status(written["status"]),
        "findings": tuple(_finding(one) for one in written["findings"]),
        "checklist": _judgements(written["checklist"]),
    }
    return WorkerReport(**{**written, **read})


def _finding(written: Any) -> Finding:
    read = {"rule": Rule(written["rule"]), "kind": Kind(written["kind"]), "via": tuple(written["via"])}
    return Finding(**{**written, **read})


def _judgements(written: Any) -> tuple[Judgement, ...]:
    return tuple(
        Judgement(
            one["item"],
            Verdict(one["verdict"]),
            one["reason"],
            tuple(Place(**place) for place in one["places"]),
        )
        for one in written
    )
