"""Who still uses the old client in one tree: its workers, what is found in each file, the status of each."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

from migration_tracker.scanning.admission import Admission
from migration_tracker.scanning.findings import findings, status
from migration_tracker.scanning.imports import Import, Reaching
from migration_tracker.scanning.inventory import Finding, Kind, Status
from migration_tracker.scanning.linking import BACKGROUND, UNDECIDED, Link
from migration_tracker.scanning.linking.tasks import WORDS
from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.prefilter import Prefilter
from migration_tracker.scanning.reader import Reader
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.selection import Selected, select

_SETTLED = frozenset({Status.DIRECT, Status.PARTIAL})
"""Whatever a worker may build by a name made at run time, it stays at one of these."""


class WorkerStatus(NamedTuple):
    """How far one worker is."""

    name: str
    path: str
    status: Status


class Survey:
    """Reads trees as far as it matters and links them, one after another at the cost of what differs.

    What it says is of the tree it was given last.

    Args:
        scope: what to look for.
        reader: reads the files.
        with_tasks: whether checklists will ask for work that is begun and not awaited, also in other files.
    """

    def __init__(self, scope: Scope, reader: Reader, *, with_tasks: bool = False) -> None:
        self.workers: list[Selected] = []
        self.warnings: list[str] = []
        self.modules = Modules((), scope.source_roots)
        self._reaching = Reaching(self.modules, self._imports)
        self.link = Link(scope, with_tasks=with_tasks)
        self._scope = scope
        self._reader = reader
        self._words = WORDS if with_tasks else ()
        self._prefilter = Prefilter(scope, self.modules, self._words)
        self._others_wanted = {*scope.replacement} | ({BACKGROUND} if with_tasks else set())
        self._legacy, self._others, self._undecided = Admission(), Admission(), Admission()
        self._files: Mapping[str, str] = {}
        self._wanted: set[str] = set()
        self._reached_by_all: set[str] = set()
        self._found: dict[str, tuple[Finding, ...]] = {}
        self._statuses: tuple[WorkerStatus, ...] | None = None

    def take(self, files: Mapping[str, str]) -> None:
        """Go over to a tree.

        Args:
            files: git's ids of its Python files, by path.

        Raises:
            ScopeError: the scope does not fit the files.
        """
        before = self._files
        changed = [(path, blob) for path, blob in files.items() if before.get(path) != blob]
        self._reader.load([blob for _, blob in changed])
        has_same_paths = len(files) == len(before) and all(path in before for path, _ in changed)
        is_as_linked = has_same_paths and not any(
            self._matters(path, before[path], blob) for path, blob in changed
        )
        if not has_same_paths:
            self.workers, self.warnings = select(files, self._scope)
            self.modules = Modules(files, self._scope.source_roots)
            self._reaching.go_over(self.modules)
            prefilter = Prefilter(self._scope, self.modules, self._words)
            if prefilter.words != self._prefilter.words:
                self._prefilter = prefilter
        self._files = files
        if not is_as_linked:
            leads_as_before = has_same_paths and all(
                self._leads_as_before(path, before[path], blob) for path, blob in changed
            )
            self._link_up(self._reached_by_all if leads_as_before else self._reached())

    def found(self, path: str) -> tuple[Finding, ...]:
        """The findings of a file, in the order of places.

        Of a worker that uses an old client, what other files import by a name made at run time is left out:
        its status does not hang on it, and it was not looked for on its behalf.
        """
        if path not in self._found:
            told = findings(self.link.hits(path), self._scope)
            if status(told) in _SETTLED:
                told = tuple(one for one in told if one.kind is not Kind.DYNAMIC or not one.via)
            self._found[path] = told
        return self._found[path]

    @property
    def statuses(self) -> tuple[WorkerStatus, ...]:
        """The status of every worker, in the order of names; one object until something is linked anew."""
        if self._statuses is None:
            self._statuses = tuple(
                WorkerStatus(one.name, one.path, self.status(one.path)) for one in self.workers
            )
        return self._statuses

    @property
    def unreadable(self) -> dict[str, str]:
        """Why a file cannot be read, for each that cannot."""
        reasons = self._reader.unreadable
        return {path: reasons[blob] for path, blob in self._files.items() if blob in reasons}

    def status(self, path: str) -> Status:
        """The status of a worker's file."""
        return status(self.found(path)) if path in self.link.tree.facts else Status.UNKNOWN

    def is_sanctioned(self, path: str) -> bool:
        return self._scope.is_sanctioned(self.modules.name(path))

    def _matters(self, path: str, before: str, blob: str) -> bool:
        """Whether other contents of a file, where no file came or went, may change anything that is linked.

        They do not if the file was not parsed, need not be now, and leads to the same files as before.
        """
        contents = self._reader.contents
        if path in self._wanted or not self._leads_as_before(path, before, blob):
            return True
        file = {path: blob}
        reached = file.keys() & self._reached_by_all
        return bool(
            self._seeds(file, reached)
            or self._admitted(file, reached)
            or self._undecided.admits(dict.fromkeys(reached, blob), contents)
        )

    def _leads_as_before(self, path: str, before: str, blob: str) -> bool:
        """Whether a file with other contents can be read as before, and workers reach the same by it."""
        if before not in self._reader.contents or blob not in self._reader.contents:
            return False
        is_reached = path in self._reached_by_all
        return not is_reached or self._reader.imports(before) == self._reader.imports(blob)

    def _reached(self) -> set[str]:
        """The files that can be read and that any worker reaches by import."""
        contents = self._reader.contents
        reached = self._reaching.reached(worker.path for worker in self.workers)
        return {path for path in reached if self._files[path] in contents}

    def _link_up(self, reached: set[str]) -> None:
        """Parse what matters, link it, and look for what passes it on, until nothing new turns up.

        A legacy client is looked for everywhere, the replacement where workers reach, and what cannot be
        decided where those workers reach that were not seen to use an old client.

        Args:
            reached: the files that workers reach.
        """
        self._statuses = None
        contents = self._reader.contents
        readable = {path: blob for path, blob in self._files.items() if blob in contents}
        wanted = {worker.path for worker in self.workers if worker.path in readable}
        wanted |= self._seeds(readable, reached)
        fresh = wanted | self._admitted(readable, reached)
        while fresh:
            wanted |= fresh
            read = ((path, self._reader.facts(readable[path])) for path in sorted(wanted))
            facts = {path: one for path, one in read if one is not None}
            for path in self.link.update(self.modules, facts):
                self._found.pop(path, None)
            fresh = self._passing_symbols(readable, reached) - wanted
            fresh = fresh or self._passing_undecided(readable) - wanted
        self._wanted, self._reached_by_all = wanted, reached

    def _seeds(self, files: Mapping[str, str], reached: Set[str]) -> set[str]:
        """The files that matter by themselves, among some that can be read."""
        contents, prefilter = self._reader.contents, self._prefilter
        seeds = {path for path, blob in files.items() if prefilter.is_seed(blob, contents[blob])}
        return seeds | {
            path
            for path in reached - seeds
            if prefilter.is_reached_seed(
                files[path], contents[files[path]], sanctioned=self.is_sanctioned(path)
            )
        }

    def _passing_symbols(self, readable: Mapping[str, str], reached: Set[str]) -> set[str]:
        """What may pass on a symbol of the definition, or work that nobody awaits."""
        legacy = {*self._scope.legacy}
        self._legacy.learn(self.link.tainted(legacy), self.modules)
        self._others.learn(self.link.tainted(self._others_wanted), self.modules)
        handed = self.link.handed(legacy) | (self.link.handed(self._others_wanted) & reached)
        return self._admitted(readable, reached) | (handed & readable.keys())

    def _passing_undecided(self, readable: Mapping[str, str]) -> set[str]:
        """What may pass on something that cannot be decided, to workers whose status may hang on it."""
        tainted = self.link.tainted({UNDECIDED})
        handed = self.link.handed({UNDECIDED})
        if not tainted and not handed:
            return set()
        open_still = [worker.path for worker in self.workers if self.status(worker.path) not in _SETTLED]
        reached = self._reaching.reached(open_still) & readable.keys()
        self._undecided.learn(tainted, self.modules)
        files = {path: readable[path] for path in reached}
        return self._undecided.admits(files, self._reader.contents) | (handed & reached)

    def _admitted(self, readable: Mapping[str, str], reached: Set[str]) -> set[str]:
        contents = self._reader.contents
        reachable = {path: readable[path] for path in reached}
        return self._legacy.admits(readable, contents) | self._others.admits(reachable, contents)

    def _imports(self, path: str) -> tuple[Import, ...]:
        return self._reader.imports(self._files[path])
