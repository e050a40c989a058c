"""Who still uses the old client in one tree: its workers, what is found in each file, the status of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from migration_tracker.scanning.findings import findings, status
from migration_tracker.scanning.fingerprint import reached
from migration_tracker.scanning.imports import Import
from migration_tracker.scanning.inventory import Finding, Status
from migration_tracker.scanning.linking import UNDECIDED, Hit, Link
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.prefilter import Passers, Prefilter
from migration_tracker.scanning.reader import Reader
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.selection import select


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """How far one worker is."""

    name: str
    path: str
    status: Status


class Survey:
    """One tree, read as far as it matters and linked.

    Args:
        files: git's ids of its Python files, by path.
        scope: what to look for.
        reader: reads the files.

    Raises:
        ScopeError: the scope does not fit the files.
    """

    def __init__(self, files: Mapping[str, str], scope: Scope, reader: Reader) -> None:
        self.workers, self.warnings = select(files, scope)
        self._files = files
        self._scope = scope
        self._reader = reader
        reader.load(files.values())
        self.modules = Modules(files, scope.source_roots)

    @cached_property
    def link(self) -> Link:
        """The files that matter, linked."""
        return self._linked()

    @cached_property
    def found(self) -> Mapping[str, tuple[Finding, ...]]:
        """The findings of each file that has any."""
        hits: dict[str, list[Hit]] = {}
        for hit in self.link.hits():
            hits.setdefault(hit.path, []).append(hit)
        return {path: findings(of_file, self._scope) for path, of_file in hits.items()}

    @property
    def statuses(self) -> tuple[WorkerStatus, ...]:
        """The status of every worker, in the order of names."""
        return tuple(WorkerStatus(one.name, one.path, self.status(one.path)) for one in self.workers)

    @property
    def unreadable(self) -> dict[str, str]:
        """Why a file cannot be read, for each that cannot."""
        reasons = self._reader.unreadable
        return {path: reasons[blob] for path, blob in self._files.items() if blob in reasons}

    def status(self, path: str) -> Status:
        """The status of a worker's file."""
        if path not in self.link.tree.facts:
            return Status.UNKNOWN
        return status(self.found.get(path, ()))

    def is_sanctioned(self, path: str) -> bool:
        return self._scope.is_sanctioned(self.modules.name(path))

    def _linked(self) -> Link:
        """Parse what matters, link it, and look for what passes it on, until nothing new turns up.

        A legacy client is looked for everywhere; the replacement, and what cannot be decided, only where
        workers reach.
        """
        prefilter = Prefilter(self._scope)
        contents = {
            path: content
            for path, blob in self._files.items()
            if (content := self._reader.content(blob)) is not None
        }
        reached = self._reached()
        wanted = {worker.path for worker in self.workers if worker.path in contents}
        wanted |= {path for path, content in contents.items() if prefilter.is_seed(content)}
        wanted |= {
            path
            for path in reached & contents.keys()
            if prefilter.is_reached_seed(contents[path], sanctioned=self.is_sanctioned(path))
        }
        while True:
            facts = {path: self._reader.facts(self._files[path]) for path in sorted(wanted)}
            read = {path: one for path, one in facts.items() if one is not None}
            link = Link(Tree(read, self.modules, self._scope))
            others = [*self._scope.replacement, UNDECIDED]
            admitted = self._passing(link.tainted(self._scope.legacy), contents, contents.keys() - wanted)
            admitted |= self._passing(link.tainted(others), contents, (reached & contents.keys()) - wanted)
            if not admitted:
                return link
            wanted |= admitted

    def _reached(self) -> set[str]:
        """The files that workers may reach by import."""

        def imports(path: str) -> tuple[Import, ...]:
            return self._reader.imports(self._files[path])

        return reached((one.path for one in self.workers), self.modules, imports)

    def _passing(
        self, tainted: Mapping[str, Set[str]], contents: Mapping[str, bytes], paths: Iterable[str]
    ) -> set[str]:
        passers = [Passers(path, self.modules.name(path), names) for path, names in tainted.items()]
        return {path for path in paths if any(one.admits(path, contents[path]) for one in passers)}
