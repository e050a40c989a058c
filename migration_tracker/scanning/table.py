"""The inventory as a table for people: coloured on a terminal, plain elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TextIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from migration_tracker.scanning.inventory import Finding, Inventory, Rule, Status, Verdict, WorkerReport

_STYLES = {
    Status.MIGRATED: "green",
    Status.PARTIAL: "yellow",
    Status.DIRECT: "red",
    Status.NONE: "dim",
    Status.UNKNOWN: "magenta",
}
_PLAIN_WIDTH = 160
_MOST_LISTED = 20


def write(inventory: Inventory, file: TextIO) -> None:
    """Write an inventory to a terminal or a file."""
    is_terminal = file.isatty()
    console = Console(file=file, width=None if is_terminal else _PLAIN_WIDTH, highlight=False)
    console.print(_workers(inventory.workers, plain=not is_terminal))
    _list(console, "Direct clients elsewhere", [_line(found) for found in inventory.elsewhere])
    _list(console, "Not read", [f"{one.path}: {one.reason}" for one in inventory.files.unreadable])
    for phase in inventory.phases:
        unmet = [f"{item.item}: {item.reason}" for item in phase.items if item.verdict is not Verdict.MET]
        _list(console, f"Open in {phase.key}", unmet)
    console.print(_summary(inventory))


def _workers(workers: Iterable[WorkerReport], *, plain: bool) -> Table:
    table = Table(
        box=None if plain else box.SIMPLE_HEAD, pad_edge=False, header_style="" if plain else "bold"
    )
    for column in ("worker", "phase", "status", "checklist"):
        table.add_column(column, no_wrap=True)
    table.add_column("where", overflow="fold")
    for worker in workers:
        table.add_row(
            escape(worker.name),
            escape(worker.phase or "before the plan"),
            Text(worker.status, style=_STYLES[worker.status]),
            _checklist(worker),
            escape(_where(worker)),
        )
    return table


def _checklist(worker: WorkerReport) -> str:
    verdicts = Counter(judgement.verdict for judgement in worker.checklist)
    said = [f"{verdicts[Verdict.MET]}/{len(worker.checklist)} met"]
    if verdicts[Verdict.UNKNOWN]:
        said.append(f"{verdicts[Verdict.UNKNOWN]} unknown")
    return ", ".join(said)


def _where(worker: WorkerReport) -> str:
    direct = [found for found in worker.findings if found.rule is Rule.DIRECT and found.counts]
    lines = [_line(found) for found in direct[:3]]
    return "\n".join([*lines, *([f"and {len(direct) - 3} more"] if len(direct) > 3 else [])])


def _line(found: Finding) -> str:
    return f"{found.path}:{found.line}:{found.column} {found.message}"


def _list(console: Console, title: str, lines: list[str]) -> None:
    if not lines:
        return
    console.print(f"\n{title}:", style="bold" if console.is_terminal else None)
    for line in lines[:_MOST_LISTED]:
        console.print(f"  {escape(line)}", soft_wrap=True)
    if len(lines) > _MOST_LISTED:
        console.print(f"  and {len(lines) - _MOST_LISTED} more; --format json lists them all")


def _summary(inventory: Inventory) -> Text:
    statuses = Counter(worker.status for worker in inventory.workers)
    text = Text(f"\n{len(inventory.workers)} workers: ")
    known = [status for status in Status if statuses[status]]
    for position, status in enumerate(known):
        text.append(", " if position else "")
        text.append(f"{statuses[status]} {status}", style=_STYLES[status])
    commit = f" at {inventory.commit[:10]}" if inventory.commit else ""
    files = inventory.files
    text.append(
        f"{commit}{' with uncommitted changes' if inventory.dirty else ''}. "
        f"{files.seen} Python files, {files.parsed} parsed ({files.cached} from the cache), "
        f"{inventory.seconds:.2f} s."
    )
    return text
