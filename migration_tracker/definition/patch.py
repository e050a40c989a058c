"""The `[patch]` part of a definition: how the replacement is called, for patches that call it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from migration_tracker.definition.table import Table

CONSUMER_ARGUMENTS = {
    "config": "{config}",
    "domain": "{domain}",
    "worker_name": "{worker}",
    "topics": "{topics}",
    "message_handler": "{handler}",
    "topic_key": "{topic_key}",
    "options": "{options}",
}
PRODUCER_ARGUMENTS = {
    "config": "{config}",
    "domain": "{domain}",
    "worker_name": "{worker}",
    "topic_key": "{topic_key}",
}

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_SYMBOL = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_MANY = 1000


def read_patch(table: Table, replacement: Iterable[str]) -> dict[str, Any]:
    """Check the `[patch]` table: its values by key, with this project's own transport layer for defaults.

    Args:
        table: the table.
        replacement: the symbols that take the place of the old ones.

    Raises:
        DefinitionError: something in it cannot be used.
    """
    symbols = tuple(replacement)
    consumer = _symbol(table, "create_consumer", _named(symbols, "consumer") or symbols[0])
    producer = _symbol(table, "create_producer", _named(symbols, "producer"))
    package = consumer.rpartition(".")[0]
    config_type = _symbol(table, "config_type", f"{package}.TransportConfig")
    found = {
        "create_consumer": consumer,
        "create_producer": producer,
        "message": _symbol(table, "message", f"{package}.PipelineMessage"),
        "config_type": config_type,
        "config": _template(
            table, "config", f"{config_type.rpartition('.')[2]}.from_env({{environ}})", {"environ"}
        ),
        "consumer_type": _symbol(table, "consumer_type", f"{package}.Consumer"),
        "producer_type": _symbol(table, "producer_type", f"{package}.Producer"),
        "options": _symbol(table, "options", f"{package}.ConsumerOptions"),
        "ordering": _optional(table, "ordering", "key"),
        "max_in_flight": _number(table, "max_in_flight", 10),
        "awaits_consumer": _flag(table, "awaits_consumer"),
        "send": table.text("send", "send"),
        "group": _template(table, "group", "{domain}-{worker}", {"domain", "worker"}),
        "consumer_arguments": _arguments(table, "consumer_arguments", CONSUMER_ARGUMENTS),
        "producer_arguments": _arguments(table, "producer_arguments", PRODUCER_ARGUMENTS),
        "topic_keys": table.mapping("topic_keys", str, "a topic key"),
        "topics_file": _optional(table, "topics_file", ""),
        "stale": table.texts("stale", [], or_one=True),
    }
    table.done()
    return found


def _named(symbols: Iterable[str], word: str) -> str:
    return next((one for one in symbols if word in one.rpartition(".")[2].lower()), "")


def _optional(table: Table, key: str, default: str) -> str:
    """A text that may be empty, which switches something off."""
    value = table.raw(key)
    if value is None:
        return default
    if not isinstance(value, str):
        table.fail(key, 'must be a text, as in {key} = "…"; "" for none'.replace("{key}", key))
    return value


def _symbol(table: Table, key: str, default: str) -> str:
    value = _optional(table, key, default)
    if value and not _SYMBOL.fullmatch(value):
        table.fail(key, f"“{value}” is no symbol of a module; write it as module.name")
    return value


def _template(table: Table, key: str, default: str, known: set[str]) -> str:
    value = table.text(key, default)
    if unknown := set(_PLACEHOLDER.findall(value)) - known:
        listed = ", ".join(f"{{{one}}}" for one in sorted(known))
        table.fail(key, f"“{{{min(unknown)}}}” is no placeholder; known: {listed}")
    return value


def _arguments(table: Table, key: str, default: dict[str, str]) -> dict[str, str]:
    known = {*CONSUMER_ARGUMENTS.values()}
    if key not in table:
        table.raw(key)
        return dict(default)
    given: dict[str, str] = table.mapping(key, str, 'a text, as in "{topics}"')
    for name, value in given.items():
        if (
            unknown := {f"{{{one}}}" for one in _PLACEHOLDER.findall(value)}
            - known
            - {"{handler}", "{worker}"}
        ):
            table.fail(key, f"{name}: “{min(unknown)}” is no placeholder; known: {', '.join(sorted(known))}")
    return given


def _number(table: Table, key: str, default: int) -> int:
    value = table.raw(key)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _MANY:
        table.fail(key, f"must be a number from 1 to {_MANY}")
    return int(value)


def _flag(table: Table, key: str) -> bool:
    value = table.raw(key)
    if value is not None and not isinstance(value, bool):
        table.fail(key, "must be true or false")
    return value is not False
