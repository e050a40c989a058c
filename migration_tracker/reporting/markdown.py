"""A scan as Markdown: how far, the phases, the workers, the checklist, and the success criteria."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from migration_tracker import criteria
from migration_tracker.criteria import Outcome, Standing
from migration_tracker.definition import Definition, Item, Phase, Witness
from migration_tracker.scanning import Inventory, Judgement, Status, Verdict, WorkerReport, globs

_MARKS = {Verdict.MET: "x", Verdict.UNMET: " ", Verdict.UNKNOWN: "?"}
_KNOWS = {
    Witness.SCANNER: "the scanner",
    Witness.SMOKE: "smoke runs: see the tracker",
    Witness.PEOPLE: "people: see the tracker",
}


def report(definition: Definition, inventory: Inventory, level: int = 1) -> str:
    """The report of a scan.

    Args:
        definition: the migration.
        inventory: what the scanner says of it.
        level: the level of the first heading, 1 to 6.
    """
    return "\n".join(_lines(definition, inventory, "#" * min(level, 6), "#" * min(level + 1, 6))) + "\n"


def _lines(definition: Definition, inventory: Inventory, top: str, part: str) -> Iterator[str]:
    yield from (f"{top} {definition.name}", "", _how_far(inventory.workers))
    if files := _elsewhere(definition, inventory):
        yield from ("", f"Old clients outside workers: {', '.join(f'`{path}`' for path in files)}.")
    said = {phase.key: phase.items for phase in inventory.phases}
    if definition.phases:
        yield from ("", f"{part} Phases", "")
        for phase in definition.phases:
            yield from _phase(phase, inventory.workers, said.get(phase.key, ()))
    yield from ("", f"{part} Workers", "")
    yield from _table(("worker", "phase", "code", "checklist", "open"), map(_worker, inventory.workers))
    yield from ("", f"{part} Checklist", "")
    yield from _table(("item", "met by", "who knows"), _items(definition.items, inventory.workers))
    if definition.criteria:
        yield from ("", f"{part} Success criteria", "")
        yield from (_criterion(one) for one in _outcomes(definition, inventory))


def _elsewhere(definition: Definition, inventory: Inventory) -> list[str]:
    """Files outside workers that use the old client, where lint looks."""
    is_excluded = globs.matcher(one.glob for one in definition.lint.exclude)
    return sorted({found.path for found in inventory.elsewhere if not is_excluded(found.path)})


def _how_far(workers: Sequence[WorkerReport]) -> str:
    statuses = Counter(worker.status for worker in workers)
    others = [f"{statuses[one]} {one}" for one in Status if statuses[one] and one is not Status.MIGRATED]
    rest = f" ({', '.join(others)})" if others else ""
    return f"{statuses[Status.MIGRATED]} of {len(workers)} workers are migrated{rest}."


def _phase(phase: Phase, workers: Iterable[WorkerReport], said: Sequence[Judgement]) -> Iterator[str]:
    own = [worker for worker in workers if worker.phase == phase.key]
    done = sum(worker.status is Status.MIGRATED for worker in own)
    counted = f": {done} of {len(own)} workers migrated" if own else ""
    atomic = ", merged whole or not at all" if phase.atomic else ""
    deferred = f", deferred {phase.deferred}" if phase.deferred else ""
    yield f"- **{phase.title}** (`{phase.key}`){counted}{atomic}{deferred}"
    by_key = {one.item: one for one in said}
    for item in phase.items:
        judged = by_key.get(item.key)
        mark = _MARKS[judged.verdict] if judged else "?"
        yield f"  - [{mark}] {item.title}: {judged.reason if judged else _KNOWS[Witness.PEOPLE]}"


def _worker(worker: WorkerReport) -> tuple[str, ...]:
    met = sum(one.verdict is Verdict.MET for one in worker.checklist)
    left = [
        f"{one.item}{' (unknown)' if one.verdict is Verdict.UNKNOWN else ''}"
        for one in worker.checklist
        if one.verdict is not Verdict.MET
    ]
    phase = worker.phase or "before the plan"
    counted = f"{met} of {len(worker.checklist)}" if worker.checklist else "no items"
    return f"`{worker.name}`", phase, worker.status, counted, ", ".join(left)


def _items(items: Iterable[Item], workers: Sequence[WorkerReport]) -> Iterator[tuple[str, ...]]:
    for item in items:
        met = sum(
            one.verdict is Verdict.MET
            for worker in workers
            for one in worker.checklist
            if one.item == item.key
        )
        counted = f"{met} of {len(workers)}" if item.witness is Witness.SCANNER else ""
        yield f"{item.title} (`{item.key}`)", counted, _KNOWS[item.witness]


def _outcomes(definition: Definition, inventory: Inventory) -> list[Outcome]:
    standings = [
        Standing(worker.name, worker.status, {one.item: one.verdict for one in worker.checklist}, {})
        for worker in inventory.workers
    ]
    said = {f"{phase.key}/{one.item}": one.verdict for phase in inventory.phases for one in phase.items}
    return [criteria.judge(one, standings, said) for one in definition.criteria]


def _criterion(outcome: Outcome) -> str:
    """A criterion; what only runs can tell is not guessed at."""
    asks_runs = outcome.criterion.transport and outcome.verdict is not Verdict.UNMET
    reason = f"{_KNOWS[Witness.SMOKE]}." if asks_runs else outcome.reason
    return f"- [{_MARKS[outcome.verdict]}] {outcome.criterion.title}: {reason}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from map(_row, rows)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
