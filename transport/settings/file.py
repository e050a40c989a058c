"""The configuration file (TOML): settings by table, where topics live, and how long domains wait."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transport.errors import ConfigurationError
from transport.routes import RETRY_TOPIC, Domain, Entry, Routes, seconds
from transport.settings.table import CONFIG_FILE, SETTINGS


def read(path: Path) -> dict[str, Any]:
    """The configuration file, with every table and key known.

    Errors: ConfigurationError naming the file and the key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path}: there is no such configuration file ({CONFIG_FILE} names it)"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: the configuration file cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: the configuration file is not TOML: {error}") from None
    known: dict[str, set[str]] = {}
    for setting in SETTINGS:
        known.setdefault(setting.table, set()).add(setting.key)
    for table, keys in known.items():
        found = document.get(table, {})
        if not isinstance(found, dict):
            raise ConfigurationError(f"{path}: {table} must be a table: write [{table}]")
        for key, value in found.items():
            if key not in keys:
                raise ConfigurationError(
                    f"{path}: [{table}] has no key {key!r}; it takes {', '.join(sorted(keys))}"
                )
            if not isinstance(value, str):
                raise ConfigurationError(f"{path}: [{table}] {key} must be text in quotes")
    return document


def routes(document: Mapping[str, Any], path: Path | None, prefix: str = "") -> Routes:
    """The `[domains.DOMAIN.topics.TOPIC_KEY]` tables of a configuration file.

    Arguments:
        prefix: see Routes.

    Errors: ConfigurationError naming the file, the table and the key.
    """
    where = str(path) if path is not None else "the configuration file"
    entries, domains = [], []
    for domain, topics in _tables(document.get("domains", {}), "domains", where):
        domains.append(_domain(domain, {k: v for k, v in topics.items() if k != "topics"}, where))
        for key, found in _tables(topics.get("topics", {}), f"domains.{domain}.topics", where):
            table = f"domains.{domain}.topics.{key}"
            for name, value in found.items():
                if name not in Entry.__dataclass_fields__ or name in {"domain", "topic_key"}:
                    raise ConfigurationError(
                        f"{where}: [{table}] has no key {name!r}; "
                        "it takes topic, event_hub, consumer_group, dead_letter"
                    )
                if not isinstance(value, str) or not value:
                    raise ConfigurationError(f"{where}: [{table}] {name} must be text in quotes")
            entries.append(Entry(domain, key, **found))
    return Routes(tuple(entries), tuple(domains), where, prefix)


def _domain(name: str, found: Mapping[str, Any], where: str) -> Domain:
    table = f"{where}: [domains.{name}]"
    if unknown := found.keys() - {"retry_after", "retry_topic"}:
        raise ConfigurationError(
            f"{table} has no key {min(unknown)!r}; it takes retry_after, retry_topic and topics"
        )
    waits, topic = found.get("retry_after", []), found.get("retry_topic", RETRY_TOPIC)
    if not isinstance(waits, list) or not all(isinstance(wait, str) for wait in waits):
        raise ConfigurationError(f'{table} retry_after must be a list of times, like ["5m", "10m"]')
    if not isinstance(topic, str) or "{wait}" not in topic:
        raise ConfigurationError(f"{table} retry_topic must be text in quotes with {{wait}} in it")
    try:
        return Domain(name, tuple(seconds(wait) for wait in waits), topic)
    except ValueError as error:
        raise ConfigurationError(f"{table} retry_after: {error}") from None


def _tables(value: object, name: str, where: str) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(value, dict) or not all(isinstance(inner, dict) for inner in value.values()):
        raise ConfigurationError(f"{where}: [{name}] must hold tables, like [{name}.NAME]")
    return list(value.items())
