"""The scan itself: from a source and a scope to an inventory."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from time import perf_counter

from migration_tracker.scanning import documents, globs
from migration_tracker.scanning.cache import Cache, NoCache
from migration_tracker.scanning.findings import findings, status
from migration_tracker.scanning.fingerprint import fingerprint, reached
from migration_tracker.scanning.inventory import (
    Files,
    Finding,
    Inventory,
    Judgement,
    Kind,
    PhaseReport,
    Rule,
    Status,
    Verdict,
    WorkerReport,
)
from migration_tracker.scanning.linking import UNDECIDED, Hit, Link
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.prefilter import Passers, Prefilter
from migration_tracker.scanning.reader import Reader
from migration_tracker.scanning.rules import RULES, Subject
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.selection import Selected, select
from migration_tracker.scanning.sources import Source, Unreadable
from migration_tracker.scanning.text import MOST_BYTES

_MOST_OTHER_BYTES = 20_000_000
_OWN_DEFINITION = "/migration.toml"


def scan(source: Source, scope: Scope, cache: Cache | None = None) -> Inventory:
    """Say who still uses the old client, and how.

    Args:
        source: the files, of a work tree or of a revision.
        scope: what to look for.
        cache: what earlier scans read; without one every file is read anew.

    Raises:
        SourceError: the files cannot be read.
        ScopeError: the scope does not fit them.
    """
    began = perf_counter()
    with _without_collection():
        reading = _Scan(source, scope, cache or NoCache())
        return reading.inventory(began)


class _Scan:
    """One scan, step by step."""

    def __init__(self, source: Source, scope: Scope, cache: Cache) -> None:
        self._source = source
        self._scope = scope
        entries = source.entries()
        self._paths = [entry.path for entry in entries]
        python = [path for path in self._paths if path.endswith(".py")]
        self._workers, self._warnings = select(python, scope)
        self._unreadable: dict[str, str] = {}
        contents: dict[str, bytes] = {}
        for path, content in source.read(python, most=MOST_BYTES):
            if isinstance(content, Unreadable):
                self._unreadable[path] = content.reason
            else:
                contents[path] = content
        self._seen = len(contents) + len(self._unreadable)
        self._modules = Modules(contents, scope.source_roots)
        blobs = {entry.path: entry.blob for entry in entries if entry.blob}
        self._reader = Reader(contents, blobs, cache)
        self._reach = {
            one.path: reached(one.path, self._modules, self._reader.outline) for one in self._workers
        }

    def inventory(self, began: float) -> Inventory:
        link = self._linked()
        found = self._found(link)
        also = self._also()
        workers = tuple(self._report(worker, link, found, also) for worker in self._workers)
        phases = self._phases()
        unreadable = self._unreadable | self._reader.unreadable
        source = self._source
        return Inventory(
            repository=str(source.root),
            commit=source.commit,
            dirty=source.dirty,
            seconds=round(perf_counter() - began, 3),
            files=Files(
                seen=self._seen,
                parsed=self._reader.parsed,
                cached=self._reader.cached,
                unreadable=tuple(Unreadable(path, unreadable[path]) for path in sorted(unreadable)),
            ),
            workers=workers,
            elsewhere=self._elsewhere(found),
            phases=phases,
            warnings=tuple(self._warnings),
        )

    def _linked(self) -> Link:
        """Parse what matters, link it, and look for what passes it on, until nothing new turns up.

        A legacy client is looked for everywhere; the replacement, and what cannot be decided, only where
        workers reach.
        """
        prefilter = Prefilter(self._scope)
        contents = self._reader.contents
        reached: set[str] = set().union(*self._reach.values())
        wanted = {worker.path for worker in self._workers if worker.path in contents}
        wanted |= {path for path, content in contents.items() if prefilter.is_seed(content)}
        wanted |= {
            path
            for path in reached & contents.keys()
            if prefilter.is_reached_seed(contents[path], sanctioned=self._is_sanctioned(path))
        }
        while True:
            link = Link(Tree(self._reader.facts(sorted(wanted)), self._modules, self._scope))
            others = [*self._scope.replacement, UNDECIDED]
            admitted = self._passing(link.tainted(self._scope.legacy), contents.keys() - wanted)
            admitted |= self._passing(link.tainted(others), (reached & contents.keys()) - wanted)
            if not admitted:
                return link
            wanted |= admitted

    def _passing(self, tainted: Mapping[str, Set[str]], paths: Set[str]) -> set[str]:
        passers = [Passers(path, self._modules.name(path), names) for path, names in tainted.items()]
        contents = self._reader.contents
        return {path for path in paths if any(one.admits(path, contents[path]) for one in passers)}

    def _found(self, link: Link) -> dict[str, tuple[Finding, ...]]:
        hits: dict[str, list[Hit]] = {}
        for hit in link.hits():
            hits.setdefault(hit.path, []).append(hit)
        return {path: findings(of_file, self._scope) for path, of_file in hits.items()}

    def _report(
        self, worker: Selected, link: Link, found: Mapping[str, tuple[Finding, ...]], also: Mapping[str, str]
    ) -> WorkerReport:
        facts = link.tree.facts.get(worker.path)
        mine = found.get(worker.path, ())
        if facts is None:
            state = Status.UNKNOWN
            reason = (self._unreadable | self._reader.unreadable).get(worker.path, "not read")
            checklist = tuple(
                Judgement(item, Verdict.UNKNOWN, f"{worker.path} could not be read: {reason}")
                for item in self._scope.items
            )
        else:
            state = status(mine)
            subject = Subject(worker.path, facts, link, mine, state)
            rules = {rule.item: rule for rule in RULES}
            checklist = tuple(rules[item].judgement(subject) for item in self._scope.items if item in rules)
        return WorkerReport(
            name=worker.name,
            path=worker.path,
            domain=worker.domain,
            phase=worker.phase,
            status=state,
            fingerprint=self._fingerprint(worker.path, also),
            findings=mine,
            checklist=checklist,
        )

    def _fingerprint(self, path: str, also: Mapping[str, str]) -> str:
        parts = dict(also)
        for one in self._reach[path]:
            outline = self._reader.outline(one)
            content = self._reader.contents.get(one, self._unreadable.get(one, "").encode())
            parts[one] = outline.digest if outline else hashlib.sha256(content).hexdigest()
        return fingerprint(parts)

    def _also(self) -> dict[str, str]:
        digests = {}
        for pattern in self._scope.also:
            matches = globs.matcher([pattern])
            paths = [path for path in self._paths if matches(path)]
            if not paths:
                self._warnings.append(f"fingerprint.also: “{pattern}” matches no file")
            for path, content in self._source.read(paths, most=_MOST_OTHER_BYTES):
                if isinstance(content, Unreadable):
                    self._warnings.append(f"fingerprint.also: {path}: {content.reason}")
                else:
                    outline = self._reader.outline(path)
                    digests[path] = outline.digest if outline else hashlib.sha256(content).hexdigest()
        return digests

    def _elsewhere(self, found: Mapping[str, tuple[Finding, ...]]) -> tuple[Finding, ...]:
        """Direct clients outside workers, the layer itself, and folders with a migration of their own.

        What only runs a worker, and reaches a client through it, is that worker's matter.
        """
        workers = {worker.path for worker in self._workers}
        through = tuple(f"{self._modules.name(path)}." for path in workers)
        others = tuple(
            path.removesuffix("migration.toml") for path in self._paths if path.endswith(_OWN_DEFINITION)
        )
        return tuple(
            one
            for path in sorted(found)
            if path not in workers and not path.startswith(others) and not self._is_sanctioned(path)
            for one in found[path]
            if one.rule is Rule.DIRECT
            and not one.is_type
            and one.kind is not Kind.DYNAMIC
            and not any(name.startswith(through) for name in one.via)
        )

    def _is_sanctioned(self, path: str) -> bool:
        return self._scope.is_sanctioned(self._modules.name(path))

    def _phases(self) -> tuple[PhaseReport, ...]:
        wanted = {document.path for phase in self._scope.phases for document in phase.documents}
        contents = dict(self._source.read(sorted(wanted & set(self._paths)), most=_MOST_OTHER_BYTES))
        return tuple(
            PhaseReport(phase.key, tuple(documents.judge(document, contents) for document in phase.documents))
            for phase in self._scope.phases
            if phase.documents
        )


@contextmanager
def _without_collection() -> Iterator[None]:
    """Trees are large and have no cycles worth collecting: looking for them costs a fifth of the parse."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
