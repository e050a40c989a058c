"""What a patch is asked for, and what it is: plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import libcst as cst

from migration_tracker.codemods.neighbours import Neighbours

MARK = "TODO(migration):"


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the replacement is called, and how this repository's names go over into its arguments.

    Args:
        create_consumer: dotted name of what makes a consumer.
        create_producer: dotted name of what makes a producer; empty if there is none.
        message: dotted name of the type a handler takes.
        config: an expression for a configuration; its first name is what is imported. `{environ}` stands for
            the mapping of environment variables that the worker was given, and for nothing where it has none.
        config_type: dotted name of that configuration's type.
        consumer_type: dotted name of a consumer's type, for annotations; empty if it has none.
        producer_type: the same of a producer.
        options: dotted name of the type that carries concurrency; empty if the replacement knows none.
        max_in_flight: messages worked on at once where the old code put no bound to it.
        ordering: how messages that are worked on at once are kept apart; empty leaves it out.
        consumer_arguments: keyword arguments of a consumer, in order; each value is an expression with
            placeholders, and one that stands for nothing is left out.
        producer_arguments: keyword arguments of a producer, the same way.
        awaits_consumer: whether making a consumer is awaited.
        send: the producer's method that returns when the broker has the message.
        group: what the consumer group is called, with `{domain}` and `{worker}`.
        topic_keys: topic keys by topic, for those that do not follow from the topic's name.
        stale: phrases; a paragraph of a docstring that holds one tells of the old state, and goes.
    """

    create_consumer: str
    create_producer: str
    message: str
    config: str
    config_type: str
    consumer_type: str = ""
    producer_type: str = ""
    options: str = ""
    max_in_flight: int = 10
    ordering: str = "key"
    consumer_arguments: Mapping[str, str] = field(default_factory=dict)
    producer_arguments: Mapping[str, str] = field(default_factory=dict)
    awaits_consumer: bool = True
    send: str = "send"
    group: str = "{domain}-{worker}"
    topic_keys: Mapping[tuple[str, str], str] = field(default_factory=dict)
    stale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after; `after` is None where the file goes."""

    path: str
    before: str
    after: str | None


@dataclass(frozen=True, slots=True)
class Todo:
    """What the patch leaves to people: the line in the patched file, and the reason."""

    path: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Patch:
    """The files that change, what is left to people, and what they should look at besides."""

    worker: str
    changes: tuple[Change, ...] = ()
    todos: tuple[Todo, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the worker's consumer has become: who handles its messages, and how many at once."""

    consumer: str
    handler: str
    in_flight: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A worker's file on its way from the old client to the new.

    Args:
        module: the file as it is now.
        name: the worker's name.
        module_name: its dotted name as a module.
        conventions: how the replacement is called.
        legacy: the old symbols.
        factories: functions of other files that build an old client, by dotted name.
        readings: what became of the consumers' loops, so far.
        touched: names that code used which is gone: what nothing else uses of them goes too.
        notes: what people should look at besides the comments in the code.
        configs: the expression for the configuration, by the class that holds clients; "" outside classes.
        neighbours: what the files do that import this one.
    """

    module: cst.Module
    name: str
    module_name: str
    is_package: bool
    conventions: Conventions
    legacy: tuple[str, ...]
    factories: Mapping[str, cst.FunctionDef] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    touched: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    configs: Mapping[str, str] = field(default_factory=dict)
    neighbours: Neighbours = field(default_factory=Neighbours)

    @property
    def domain(self) -> str:
        return self.name.partition("/")[0]

    @property
    def worker(self) -> str:
        return self.name.rpartition("/")[2]
