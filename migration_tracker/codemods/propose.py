"""From a worker of a repository to its patch."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from migration_tracker.codemods.clients import consumers
from migration_tracker.codemods.errors import Refused, UnknownWorker
from migration_tracker.codemods.formatting import formatted
from migration_tracker.codemods.losses import lost
from migration_tracker.codemods.neighbours import Neighbours, neighbours
from migration_tracker.codemods.obstacles import obstacles
from migration_tracker.codemods.overlay import Overlay
from migration_tracker.codemods.steps import (
    commits,
    configuration,
    creators,
    deserializers,
    docstrings,
    failures,
    handlers,
    imports,
    keeping,
    leftovers,
    open_points,
    producers,
    renames,
    tasks,
    types,
)
from migration_tracker.codemods.steps import (
    consumers as consumer_calls,
)
from migration_tracker.codemods.values import MARK, Change, Conventions, Draft, Patch, Todo
from migration_tracker.codemods.view import View
from migration_tracker.scanning import (
    Finding,
    Judgement,
    Kind,
    Rule,
    Scope,
    Source,
    Status,
    Unreadable,
    Verdict,
    WorkerReport,
    scan,
)
from migration_tracker.scanning.cache import Cache
from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.text import MOST_BYTES, decode

_TEST = re.compile(r"(?:^|/)tests?/|(?:^|/)(?:test_|conftest)[^/]*$|_test\.py$")


def propose(
    source: Source, scope: Scope, conventions: Conventions, worker: str, cache: Cache | None = None
) -> Patch:
    """The patch that migrates a worker; without changes if it is migrated.

    Args:
        source: the repository's files.
        scope: the old symbols, the new ones, and the workers.
        conventions: how the replacement is called.
        worker: the worker's name.
        cache: what earlier scans read.

    Raises:
        UnknownWorker: there is no such worker.
        Refused: its file cannot be read or followed.
        ScanningError: the repository cannot be scanned.
    """
    return _Proposal(source, scope, conventions, worker, cache).patch()


class _Proposal:
    """One worker on its way to a patch."""

    def __init__(
        self, source: Source, scope: Scope, conventions: Conventions, worker: str, cache: Cache | None
    ) -> None:
        self._source, self._scope, self._conventions, self._cache = source, scope, conventions, cache
        inventory = scan(source, scope, cache)
        self._report = _report(inventory.workers, worker)
        self._paths = [one.path for one in source.entries() if one.path.endswith(".py")]
        self._modules = Modules(self._paths, scope.source_roots)
        unreadable = {one.path: one.reason for one in inventory.files.unreadable}
        if self._report.path in unreadable:
            raise Refused(f"{self._report.path}: cannot be read: {unreadable[self._report.path]}")

    def patch(self) -> Patch:
        report = self._report
        before = self._text(report.path)
        if MARK in before or not any(map(_is_left, report.findings)):
            return Patch(report.name, todos=_todos(report.path, before))
        draft = self._draft(before)
        view = View(draft)
        found = obstacles(view)
        draft = open_points.at_nodes(draft, found) if found else self._migrated(draft)
        text = draft.module.code if found else self._marked(draft)
        after = formatted(self._source.root, report.path, before, text)
        _check(report.path, after)
        changes = [Change(report.path, before, after), *self._dead(after)] if after != before else []
        return Patch(report.name, tuple(changes), _todos(report.path, after), draft.notes)

    def _text(self, path: str) -> str:
        for _, content in self._source.read([path], most=MOST_BYTES):
            if not isinstance(content, Unreadable):
                text = decode(content)
                if path == self._report.path and text.encode() != content:
                    raise Refused(
                        f"{path}: not plain UTF-8 with \\n for line ends; save it so, then patch it"
                    )
                return text
        raise Refused(f"{path}: cannot be read")

    def _draft(self, text: str) -> Draft:
        path = self._report.path
        return creators.apply(
            Draft(
                module=_parsed(path, text),
                name=self._report.name,
                module_name=self._modules.name(path),
                is_package=path.endswith("__init__.py"),
                conventions=self._conventions,
                legacy=self._scope.legacy,
                factories=dict(self._factories()),
                neighbours=self._neighbours(),
            )
        )

    def _neighbours(self) -> Neighbours:
        paths = self._importing(self._report.path)
        return neighbours(self._text(path) for path in paths if not _TEST.search(path))

    def _importing(self, path: str, gone: str | None = None) -> Iterator[str]:
        """The Python files that import a module, as far as their text shows."""
        module = self._modules.name(path)
        package, _, last = module.rpartition(".")
        inside = (
            r"from \.+ import [^\n]*\b"
            if not package
            else rf"from (?:\.+|{re.escape(package)}) import [^\n]*\b"
        )
        pattern = re.compile(
            rf"(?:import|from) {re.escape(module)}\b|from \.+\w*\.?{last} import|{inside}{last}\b"
        )
        for other in self._paths:
            if other not in {path, gone} and pattern.search(self._text_or_nothing(other)):
                yield other

    def _text_or_nothing(self, path: str) -> str:
        try:
            return self._text(path)
        except (Refused, ValueError):
            return ""

    def _factories(self) -> Iterator[tuple[str, cst.FunctionDef]]:
        """The functions of other files by which the worker builds old clients."""
        for finding in self._report.findings:
            if finding.rule is not Rule.DIRECT or not finding.counts or not finding.via:
                continue
            if finding.kind is not Kind.CALL or finding.path != self._report.path:
                continue
            if (function := self._function(finding.via[-1])) is not None:
                for name in finding.via:
                    yield name, function

    def _function(self, dotted: str) -> cst.FunctionDef | None:
        module, _, name = dotted.rpartition(".")
        path = self._modules.path(module)
        if path is None:
            return None
        for line in _parsed(path, self._text(path)).body:
            if isinstance(line, cst.FunctionDef) and line.name.value == name:
                return line
        return None

    def _migrated(self, draft: Draft) -> Draft:
        original = draft.module
        deserializing = {
            key.removesuffix("_deserializer"): value
            for client in consumers(View(draft))
            for key, value in client.settings.items()
            if key in {"value_deserializer", "key_deserializer"}
        }
        draft = configuration.apply(draft)
        draft = handlers.apply(draft)
        draft = producers.apply(draft)
        draft = consumer_calls.apply(draft)
        draft = deserializers.apply(draft, deserializing)
        draft = commits.apply(draft)
        draft = tasks.apply(draft)
        draft = failures.apply(draft)
        draft = types.apply(draft)
        draft = leftovers.apply(draft, original)
        draft = renames.apply(draft)
        draft = docstrings.apply(draft)
        draft = imports.apply(draft, original)
        if missing := lost(original, draft.module):
            path = self._report.path
            raise Refused(f"{path}: a patch would lose its calls of {', '.join(missing)}; migrate it by hand")
        return open_points.remains(keeping.apply(draft))

    def _marked(self, draft: Draft) -> str:
        """The file with comments where the scanner still finds something that has none."""
        overlay = Overlay(self._source, {self._report.path: draft.module.code})
        report = _report(scan(overlay, self._scope, self._cache).workers, self._report.name)
        points = [
            (_line(judgement, report.path, draft), open_points.REASONS.get(judgement.item, judgement.reason))
            for judgement in report.checklist
            if judgement.verdict is Verdict.UNMET
        ]
        if not all(one.handler.startswith("self.") for one in draft.readings):
            points.append(
                (_handler_line(draft), "make the worker a class: its docstring states the contract")
            )
        points += [(one.line, one.message) for one in report.findings if _is_left(one)]
        if not points and report.status is not Status.MIGRATED and MARK not in draft.module.code:
            points = [(1, f"the scanner says {report.status}")]
        return open_points.at_lines(draft, points).module.code if points else draft.module.code

    def _dead(self, after: str) -> Iterator[Change]:
        """Shared modules that built old clients and that nothing imports any more."""
        modules = {one.via[-1].rpartition(".")[0] for one in self._report.findings if one.via and one.counts}
        for module in sorted(modules):
            path = self._modules.path(module)
            if path is None or path.endswith("__init__.py") or path == self._report.path:
                continue
            last = module.rpartition(".")[2]
            if re.search(rf"\b{last}\b import|import .*\b{last}\b", after):
                continue
            if not any(True for _ in self._importing(path, gone=self._report.path)):
                yield Change(path, self._text(path), None)


def _line(judgement: Judgement, path: str, draft: Draft) -> int:
    """The line of a verdict: its first place in the file, else the handler, else the first line."""
    if place := next((one for one in judgement.places if one.path == path), None):
        return place.line
    return _handler_line(draft)


def _handler_line(draft: Draft) -> int:
    names = [reading.handler.rpartition(".")[2] for reading in draft.readings]
    lines = draft.module.code.split("\n")
    return next((n for n, line in enumerate(lines, 1) if any(f"def {name}(" in line for name in names)), 1)


def _is_left(finding: Finding) -> bool:
    return finding.rule is Rule.DIRECT and finding.counts


def _report(workers: tuple[WorkerReport, ...], name: str) -> WorkerReport:
    for one in workers:
        if one.name == name:
            return one
    raise UnknownWorker(f"there is no worker “{name}”; `migration-tracker scan` names all")


def _todos(path: str, text: str) -> tuple[Todo, ...]:
    found: list[Todo] = []
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if MARK in line:
            parts = [line.partition(MARK)[2].strip()]
            for more in lines[number:]:
                if not more.strip().startswith("#   "):
                    break
                parts.append(more.strip()[1:].strip())
            found.append(Todo(path, number, " ".join(parts)))
    return tuple(found)


def _parsed(path: str, text: str) -> cst.Module:
    try:
        return cst.parse_module(text)
    except (cst.ParserSyntaxError, RecursionError) as error:
        raise Refused(f"{path}: LibCST cannot read it: {type(error).__name__}; migrate it by hand") from None


def _check(path: str, text: str) -> None:
    """A patch never makes a file that does not parse."""
    try:
        cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise Refused(
            f"{path}: the patched file would not parse (line {error.raw_line}); migrate it by hand"
        ) from None
