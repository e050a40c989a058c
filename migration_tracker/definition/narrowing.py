"""What one definition asks less of than the one before it: a smaller scope, or a softer rule.

A pure comparison, so that nobody has to be trusted to announce that a migration came to look better by being
asked less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from migration_tracker.definition.smoke import LEVELS
from migration_tracker.definition.values import Criterion, Definition, Phase, Smoke
from migration_tracker.scanning import globs
from migration_tracker.scanning.scope import Scope

BASELINE, SUPPRESSIONS = "lint.baseline", "lint.suppressions"


class Narrowing(NamedTuple):
    """One thing that is asked less of.

    `key` says where in the definition, `what` which entry of it; the two tell it from any other. `text` is a
    sentence for people.
    """

    key: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Allowances:
    """What lint lets pass: lines of the baseline, and comments that allow a use."""

    baseline: int = 0
    suppressions: int = 0


def narrowings(before: Definition, after: Definition, workers: Iterable[str] = ()) -> tuple[Narrowing, ...]:
    """Everything that `after` asks less of than `before`; empty when it asks for as much, or for more.

    Args:
        before: the definition that was agreed on.
        after: the one that takes its place.
        workers: the names of the workers that are known, of which one phase may take some from another.
    """
    parts = (_code, _workers, _phases, _items, _criteria, _smoke, _lint)
    found = [one for part in parts for one in part(before, after)]
    return tuple(Narrowing(*one) for one in (*found, *_taken(workers, before, after)))


def grown(before: Allowances, after: Allowances) -> tuple[Narrowing, ...]:
    """Which allowances became more."""
    found = []
    if after.baseline > before.baseline:
        text = f"the baseline grew from {before.baseline} to {after.baseline} known uses"
        found.append(Narrowing(BASELINE, "", text))
    if after.suppressions > before.suppressions:
        text = f"comments that allow the old client grew from {before.suppressions} to {after.suppressions}"
        found.append(Narrowing(SUPPRESSIONS, "", text))
    return tuple(found)


def dropped(workers: Mapping[str, str], before: Scope, after: Scope) -> list[str]:
    """The workers that `before` took in and `after` leaves out.

    Args:
        workers: the path of each worker's file, by the worker's name.
    """
    was, still = selects(before), selects(after)
    return sorted(name for name, path in workers.items() if was(path) and not still(path))


def selects(scope: Scope) -> Callable[[str], bool]:
    """A test whether a path is that of a worker."""
    included, excluded = globs.matcher(scope.include), globs.matcher(scope.exclude)
    return lambda path: included(path) and not excluded(path)


_Found = Iterator[tuple[str, str, str]]


def _fewer(key: str, before: Iterable[str], after: Iterable[str], text: str) -> _Found:
    kept = set(after)
    return ((key, one, text.format(one)) for one in before if one not in kept)


def _more(key: str, before: Iterable[str], after: Iterable[str], text: str) -> _Found:
    return _fewer(key, after, before, text)


def _code(before: Definition, after: Definition) -> _Found:
    yield from _fewer("legacy.symbols", before.legacy, after.legacy, "{} no longer counts as the old client")
    yield from _more(
        "replacement.symbols", before.replacement, after.replacement, "{} now counts as the new layer"
    )
    sanctioned = [one for one in after.sanctioned if not before.scope.is_sanctioned(one)]
    yield from _more("replacement.sanctioned", (), sanctioned, "{} may now use the old client")
    yield from _fewer(
        "source_roots", before.source_roots, after.source_roots, "imports are no longer looked up in {}"
    )
    yield from _fewer("fingerprint.also", before.also, after.also, "a change of {} no longer voids a proof")


def _workers(before: Definition, after: Definition) -> _Found:
    yield from _fewer("workers.root", before.roots, after.roots, "{} is no longer a root of workers")
    yield from _fewer("workers.include", before.include, after.include, "{} no longer names workers")
    yield from _more("workers.exclude", before.exclude, after.exclude, "{} is now left out of the workers")


def _phases(before: Definition, after: Definition) -> _Found:
    now = {phase.key: phase for phase in after.phases}
    for phase in before.phases:
        if phase.key in now:
            yield from _phase(phase, now[phase.key])
        else:
            yield "phases", phase.key, f"the phase “{phase.title}” is gone"


def _taken(workers: Iterable[str], before: Definition, after: Definition) -> _Found:
    """Workers that an entry put before their own phase takes from it; the first phase that matches wins."""
    was, now = _phase_of(before.phases), _phase_of(after.phases)
    for name in sorted(workers):
        old, new = was(name), now(name)
        if old and new and old.key != new.key:
            still = next((one for one in after.phases if one.key == old.key), None)
            if still and globs.matcher(still.workers)(name):
                yield f"phases.{old.key}.taken", name, f"“{new.title}” takes {name} from “{old.title}”"


def _phase_of(phases: Iterable[Phase]) -> Callable[[str], Phase | None]:
    asked = [(phase, globs.matcher(phase.workers)) for phase in phases]
    return lambda name: next((phase for phase, matches in asked if matches(name)), None)


def _phase(before: Phase, after: Phase) -> _Found:
    at, said = f"phases.{before.key}", f"“{before.title}”"
    yield from _fewer(f"{at}.workers", before.workers, after.workers, f"{said} no longer names {{}}")
    if after.deferred and not before.deferred:
        yield f"{at}.deferred", "", f"{said} is deferred: {after.deferred}"
    if before.atomic and not after.atomic:
        yield f"{at}.atomic", "", f"{said} may now be merged in part"
    if before.broker and not after.broker:
        yield f"{at}.broker", before.broker, f"{said} no longer demands runs on a real broker"
    now = {item.key: item for item in after.items}
    for item in before.items:
        if item.key not in now:
            yield f"{at}.items", item.key, f"{said} no longer asks for “{item.title}”"
            continue
        if item.document and item.document != now[item.key].document:
            other = now[item.key].document or "no document, but people"
            yield (
                f"{at}.items.document",
                item.key,
                f"“{item.title}” now rests on {other}, not {item.document}",
            )
        says = f"{item.document} need no longer say “{{}}”"
        yield from _fewer(f"{at}.items.{item.key}.says", item.says, now[item.key].says, says)


def _items(before: Definition, after: Definition) -> _Found:
    now = {item.key: item for item in after.items}
    for item in before.items:
        if item.key not in now:
            yield "items", item.key, f"workers need no longer show “{item.title}”"
        elif now[item.key].witness != item.witness:
            witness = now[item.key].witness
            yield "items.witness", item.key, f"“{item.title}” is now left to {witness}, not to {item.witness}"


def _criteria(before: Definition, after: Definition) -> _Found:
    now = {criterion.key: criterion for criterion in after.criteria}
    for criterion in before.criteria:
        if criterion.key in now:
            yield from _criterion(criterion, now[criterion.key])
        else:
            yield "criteria", criterion.key, f"“{criterion.title}” is no longer a criterion"


def _criterion(before: Criterion, after: Criterion) -> _Found:
    at, said = f"criteria.{before.key}", f"“{before.title}”"
    yield from _fewer(f"{at}.workers", before.workers, after.workers, f"{said} no longer asks {{}}")
    yield from _fewer(f"{at}.items", before.items, after.items, f"{said} no longer asks for {{}}")
    yield from _fewer(
        f"{at}.phase_items", before.phase_items, after.phase_items, f"{said} no longer asks for {{}}"
    )
    for name in ("status", "transport", "stage", "never"):
        was, now = getattr(before, name), getattr(after, name)
        if was and was != now:
            yield f"{at}.{name}", was, f"{said} asks for {name} {now or 'of any kind'}, not {was}"
    if before.transport and not before.stage and after.stage:
        yield f"{at}.stage", "", f"{said} asks for the stage {after.stage}, not for a pass"
    if before.transport and not before.never and after.never:
        yield f"{at}.never", "", f"{said} asks that runs never show {after.never}, not for a pass"


def _smoke(before: Definition, after: Definition) -> _Found:
    if LEVELS.index(after.smoke.proves) < LEVELS.index(before.smoke.proves):
        text = f"a run proves by {after.smoke.proves}, not by {before.smoke.proves}"
        yield "smoke.proves", before.smoke.proves, text
    for worker, said in before.smoke.workers.items():
        for part in ("samples", "expect", "topics_read", "topics_written"):
            was, now = said.get(part, []), _spelled(after.smoke, worker, part)
            lacking = sum(one not in now for one in was)
            if lacking:
                text = f"smoke runs of {worker} no longer have {lacking} of {len(was)} {part}"
                yield f"smoke.workers.{worker}.{part}", "", text


def _spelled(smoke: Smoke, worker: str, part: str) -> list[object]:
    found = smoke.workers.get(worker, {}).get(part, [])
    return list(found)


def _lint(before: Definition, after: Definition) -> _Found:
    was = [one.glob for one in before.lint.exclude]
    yield from _more(
        "lint.exclude", was, [one.glob for one in after.lint.exclude], "lint no longer looks at {}"
    )
