"""The values a definition is made of. All are frozen; the tracker builds them anew from the stored text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from migration_tracker.scanning.scope import Document, PhaseScope, Scope


class Witness(StrEnum):
    """Who can testify for a checklist item."""

    SCANNER = "scanner"
    SMOKE = "smoke"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing every worker must show before its migration is done."""

    key: str
    title: str
    witness: Witness


PLAN_ITEMS = (
    Item("create-consumer", "`_create_consumer()` replaced by `create_consumer()`", Witness.SCANNER),
    Item("consume-loop", "`_consume_loop()` removed", Witness.SCANNER),
    Item("one-message", "The handler takes one message", Witness.SCANNER),
    Item("awaited", "All work awaited, no background tasks, no dead task tracking", Witness.SCANNER),
    Item("unused-config", "Unused configuration removed (`max_poll_records` and its like)", Witness.SCANNER),
    Item("contract-docstring", "The transport contract is in the class docstring", Witness.SCANNER),
    Item("both-transports", "Tested with Event Hubs and Kafka", Witness.SMOKE),
)


@dataclass(frozen=True, slots=True)
class PhaseItem:
    """Something a phase itself must show, such as a document; without `document` only people can answer it.

    `says` holds phrases, compared without regard to case and line breaks, or regular expressions between
    slashes.
    """

    key: str
    title: str
    document: str | None = None
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the migration: the workers it names (names or globs), or items of its own, or both.

    An `atomic` phase is merged with all its workers migrated, or with none. Where `broker` is `real`, a pass
    of its workers on a stand-in or an emulator proves nothing.
    """

    key: str
    title: str
    workers: tuple[str, ...] = ()
    deferred: str | None = None
    items: tuple[PhaseItem, ...] = ()
    atomic: bool = False
    broker: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A success criterion: what is asked of the migration as a whole. All that it asks for must hold.

    `workers` are names or globs. Of each worker may be asked a `status`, checklist `items` that are met, and
    something of its smoke run on `transport`: that it passed, or that it passed a `stage`, or that it `never`
    shows a known cause. `phase_items` are written `phase/item`.
    """

    key: str
    title: str
    workers: tuple[str, ...] = ("**",)
    status: str | None = None
    items: tuple[str, ...] = ()
    transport: str | None = None
    stage: str | None = None
    never: str | None = None
    phase_items: tuple[str, ...] = ()

    @property
    def asks_workers(self) -> bool:
        return bool(self.status or self.items or self.transport)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Files that lint does not look at, and why."""

    glob: str
    reason: str


BASELINE = "migration-baseline.txt"


@dataclass(frozen=True, slots=True)
class Lint:
    """How lint goes about it: `guide` is a path or an address, `baseline` the file of known uses."""

    exclude: tuple[Exclusion, ...] = ()
    guide: str | None = None
    baseline: str = BASELINE


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses with `{commit}`, and `{path}` and `{line}`; empty where nobody said."""

    line: str = ""
    commit: str = ""

    def to_line(self, commit: str, path: str, line: int) -> str:
        """The address of a line at a commit; the path is as the definition's paths are."""
        places = {"commit": commit, "path": quote(path), "line": str(line)}
        return self.line.format_map(places)

    def to_commit(self, commit: str) -> str:
        return self.commit.format_map({"commit": commit})


@dataclass(frozen=True, slots=True)
class Service:
    """Something of the world outside; it prints one JSON line of environment when it is ready."""

    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Smoke:
    """How a worker is booted and watched.

    In `command` and `describe`, `{worker}` is the worker's name, `{module}` its last part, `{dotted}` the
    name with dots; `commands` are those of workers that are started another way, by name. `setup` holds the
    commands that build the environment workers run in, anew when one of `setup_files` changes. `workers`
    spells out, by name, what `describe` would say. `timeouts` are seconds by stage; `proves` is the level a
    run goes up to. `hands_over` and `layer` come from `[replacement]`: the functions that a worker hands its
    handler to, and the modules they lie in.
    """

    command: tuple[str, ...] = ()
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    describe: tuple[str, ...] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    setup: tuple[tuple[str, ...], ...] = ()
    setup_files: tuple[str, ...] = ()
    services: Mapping[str, Service] = field(default_factory=dict)
    workers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    timeouts: Mapping[str, float] = field(default_factory=dict)
    proves: str = "processed"
    hands_over: tuple[str, ...] = ()
    layer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole `migration.toml`. `where` names it in messages; paths and globs are below the root.

    `patch` holds the keys of `[patch]` with their defaults: how the replacement is called.
    """

    where: str
    name: str
    source_roots: tuple[str, ...]
    legacy: tuple[str, ...]
    replacement: tuple[str, ...]
    sanctioned: tuple[str, ...]
    roots: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    phases: tuple[Phase, ...]
    items: tuple[Item, ...]
    criteria: tuple[Criterion, ...]
    also: tuple[str, ...]
    smoke: Smoke
    lint: Lint
    patch: Mapping[str, Any] = field(default_factory=dict)
    links: Links = Links()

    @property
    def scope(self) -> Scope:
        """What the scanner needs to know, as plain values."""
        return Scope(
            source_roots=self.source_roots,
            legacy=self.legacy,
            replacement=self.replacement,
            sanctioned=self.sanctioned,
            roots=self.roots,
            include=self.include,
            exclude=self.exclude,
            phases=tuple(
                PhaseScope(
                    key=phase.key,
                    workers=phase.workers,
                    documents=tuple(
                        Document(item.key, item.document, item.says) for item in phase.items if item.document
                    ),
                )
                for phase in self.phases
            ),
            items=tuple(item.key for item in self.items if item.witness is Witness.SCANNER),
            also=self.also,
        )
