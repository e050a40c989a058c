"""From the text of a `migration.toml` to a checked `Definition`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

from migration_tracker.definition.criteria import read_criteria
from migration_tracker.definition.errors import DefinitionError
from migration_tracker.definition.links import read_links
from migration_tracker.definition.lint import read_lint
from migration_tracker.definition.patch import read_patch
from migration_tracker.definition.smoke import read_smoke
from migration_tracker.definition.table import Lines, Table
from migration_tracker.definition.values import PLAN_ITEMS, Definition, Item, Phase, PhaseItem, Witness
from migration_tracker.scanning import globs

FILE_NAME = "migration.toml"

_SYMBOL = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_MODULE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_AT = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


def load(path: Path) -> Definition:
    """Read and check a definition.

    Raises:
        DefinitionError: it is missing, unreadable, no TOML, or says something that cannot be used.
    """
    return parse(read(path), path.name if path.name == FILE_NAME else str(path))


def read(path: Path) -> str:
    """The text of a definition, for those who keep it and `parse` it later.

    Raises:
        DefinitionError: it is missing or unreadable.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DefinitionError(
            f"{path}: there is no such file; write one, or name another with --definition"
        ) from None
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read: {error.strerror}") from None


def parse(text: str, where: str = FILE_NAME) -> Definition:
    """Check the text of a definition.

    Args:
        text: the TOML.
        where: how messages name it.

    Raises:
        DefinitionError: it is no TOML, or says something that cannot be used.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line = at[1] if at and at[1] else str(text.count("\n") + 1)
        raise DefinitionError(f"{where}:{line}: not TOML: {_AT.sub('', str(error))}") from None
    except RecursionError:
        raise DefinitionError(
            f"{where}: not TOML that anybody wrote: brackets within brackets without end"
        ) from None
    top = Table(values, Lines(where, text))
    legacy, replacement, workers = (
        top.table(key, needed=True) for key in ("legacy", "replacement", "workers")
    )
    fingerprint = top.table("fingerprint")
    phases, items = _phases(top), _items(top)
    new_symbols, layer = _symbols(replacement), _modules(replacement)
    definition = Definition(
        where=where,
        name=top.text("name"),
        source_roots=_folders(top, "source_roots", ["."]),
        legacy=_symbols(legacy),
        replacement=new_symbols,
        sanctioned=layer,
        roots=_folders(workers, "root", ["."]),
        include=_worker_files(workers),
        exclude=workers.globs("exclude"),
        phases=phases,
        items=items,
        criteria=read_criteria(top, phases, items),
        also=fingerprint.globs("also"),
        smoke=replace(read_smoke(top.table("smoke")), hands_over=new_symbols, layer=layer),
        lint=read_lint(top.table("lint")),
        links=read_links(top.table("links")),
        patch=read_patch(top.table("patch"), new_symbols),
    )
    for table in (legacy, replacement, workers, fingerprint, top):
        table.done()
    return definition


def _symbols(table: Table) -> tuple[str, ...]:
    symbols = table.texts("symbols")
    if not symbols:
        table.fail("symbols", "names nothing; name the symbols, as in aiokafka.AIOKafkaConsumer")
    for symbol in symbols:
        if not _SYMBOL.fullmatch(symbol):
            table.fail("symbols", f"“{symbol}” is no symbol of a module; write it as module.name")
    return symbols


def _modules(table: Table) -> tuple[str, ...]:
    modules = table.texts("sanctioned", [])
    for module in modules:
        if not _MODULE.fullmatch(module):
            table.fail(
                "sanctioned", f"“{module}” is no module; write a dotted name, as in pipeline.transport"
            )
    return modules


def _folders(table: Table, key: str, default: list[str]) -> tuple[str, ...]:
    folders = table.texts(key, default, or_one=True)
    for folder in folders:
        if wrong := globs.problem(folder):
            table.fail(key, f"“{folder}” {wrong}")
    return tuple(folder.removeprefix("./").strip("/") or "." for folder in folders)


def _worker_files(workers: Table) -> tuple[str, ...]:
    found = workers.globs("include", needed=True)
    if not found:
        workers.fail("include", "names no workers; give at least one glob")
    return found


def _phases(top: Table) -> tuple[Phase, ...]:
    phases: list[Phase] = []
    for table in top.tables("phases"):
        workers = table.globs("workers")
        items = _phase_items(table)
        phase = Phase(
            key=table.key({phase.key for phase in phases}),
            title=table.text("title"),
            workers=workers,
            deferred=table.text("deferred") if "deferred" in table else table.raw("deferred"),
            items=items,
            atomic=_atomic(table, workers),
            broker=_broker(table),
        )
        table.done()
        phases.append(phase)
    return tuple(phases)


def _broker(phase: Table) -> str:
    if "broker" not in phase:
        return ""
    broker = phase.text("broker")
    if broker != "real":
        phase.fail("broker", f"“{broker}” cannot be demanded; leave it out, or write real")
    return broker


def _atomic(phase: Table, workers: tuple[str, ...]) -> bool:
    atomic = phase.flag("atomic")
    if atomic and not workers:
        phase.fail("atomic", "the phase names no workers to migrate together; name them, or leave atomic out")
    return atomic


def _phase_items(phase: Table) -> tuple[PhaseItem, ...]:
    items: list[PhaseItem] = []
    for table in phase.tables("items"):
        document = table.text("document") if "document" in table else table.raw("document")
        if document and (wrong := globs.problem(document)):
            table.fail("document", f"“{document}” {wrong}")
        says = table.texts("says", [], or_one=True)
        for phrase in says:
            _check_phrase(table, phrase)
        if says and not document:
            table.fail("says", "which document must say it? add document = “…”")
        items.append(PhaseItem(table.key({item.key for item in items}), table.text("title"), document, says))
        table.done()
    return tuple(items)


def _check_phrase(table: Table, phrase: str) -> None:
    if len(phrase) > 2 and phrase.startswith("/") and phrase.endswith("/"):
        try:
            re.compile(phrase[1:-1])
        except re.error as error:
            table.fail("says", f"{phrase} is no regular expression: {error}")


def _items(top: Table) -> tuple[Item, ...]:
    plan = {item.key: item for item in PLAN_ITEMS}
    wanted = top.texts("items", list(plan))
    for key in wanted:
        if key not in plan:
            import difflib  # slow to import, and only needed to help with an error

            near = difflib.get_close_matches(key, plan, 1)
            advice = f"did you mean {near[0]}?" if near else f"known: {', '.join(plan)}"
            top.fail("items", f"“{key}” is no item of the plan; {advice} Add your own with [[checklist]]")
    items = [item for item in PLAN_ITEMS if item.key in wanted]
    for table in top.tables("checklist"):
        witness = table.text("witness", Witness.PEOPLE)
        if witness != Witness.PEOPLE:
            table.fail(
                "witness", "only items for people can be added; write witness = “people” or leave it out"
            )
        items.append(Item(table.key({item.key for item in items}), table.text("title"), Witness.PEOPLE))
        table.done()
    return tuple(items)
