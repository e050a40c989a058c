"""The `[smoke]` part of a definition: how a worker is booted and watched."""

from __future__ import annotations

import string
from pathlib import PurePosixPath
from typing import Any

from migration_tracker.definition.table import Table
from migration_tracker.definition.values import Service, Smoke

PLACEHOLDERS = frozenset({"worker", "module", "dotted"})

LEVELS = ("ready", "processed", "survived")

_LISTS = {
    "topics_read": str,
    "topics_written": str,
    "topics_aside": str,
    "samples": dict,
    "expect": dict,
    "services": str,
}
_TABLES = {"event_hubs", "env", "ready"}


def read_smoke(table: Table) -> Smoke:
    """Check the `[smoke]` table. Raises DefinitionError."""
    workers = table.table("workers")
    smoke = Smoke(
        commands=_own_commands(workers),
        command=_command(table, "command", placeholders=True) if "command" in table else (),
        describe=_command(table, "describe", placeholders=True) if "describe" in table else None,
        env=table.mapping("env", str, "a text"),
        setup=_commands(table, "setup"),
        setup_files=_files(table),
        services=_services(table.table("services")),
        workers=_workers(workers),
        timeouts={
            stage: float(seconds)
            for stage, seconds in table.mapping("timeouts", (int, float), "seconds").items()
        },
        proves=table.text("proves", "processed"),
    )
    if smoke.proves not in LEVELS:
        table.fail("proves", f"“{smoke.proves}” is no level; there are {', '.join(LEVELS)}")
    for stage, seconds in smoke.timeouts.items():
        if seconds <= 0:
            table.fail("timeouts", f"{stage} must be more than 0 seconds")
    for key in ("command", "describe"):
        table.raw(key)
    table.done()
    return smoke


def _command(table: Table, key: str, *, placeholders: bool = False) -> tuple[str, ...]:
    command = table.texts(key)
    if not command:
        table.fail(
            key, 'is an empty command; write it as a list, as in ["python", "-m", "workers", "{worker}"]'
        )
    if placeholders:
        _check_placeholders(table, key, command)
    return command


def _check_placeholders(table: Table, key: str, command: tuple[str, ...]) -> None:
    for part in command:
        try:
            names = {name for _, name, _, _ in string.Formatter().parse(part) if name is not None}
        except ValueError as error:
            table.fail(key, f"“{part}”: {error}; write {{{{ for a brace")
        if unknown := names - PLACEHOLDERS:
            table.fail(
                key, f"“{{{min(unknown)}}}” is no placeholder; known: {{worker}}, {{module}}, {{dotted}}"
            )


def _commands(table: Table, key: str) -> tuple[tuple[str, ...], ...]:
    value = table.raw(key)
    if value is None:
        return ()
    commands = value if isinstance(value, list) and all(isinstance(one, list) for one in value) else [value]
    for one in commands:
        if not isinstance(one, list) or not one or not all(isinstance(part, str) and part for part in one):
            table.fail(key, 'must be a command or a list of commands, as in ["uv", "sync"]')
    return tuple(tuple(one) for one in commands)


def _files(table: Table) -> tuple[str, ...]:
    files = table.texts("setup_files", [])
    for file in files:
        path = PurePosixPath(file)
        if path.is_absolute() or ".." in path.parts:
            table.fail("setup_files", f"“{file}” is no file below the root")
    if files and "setup" not in table:
        table.fail("setup_files", "is of no use without setup")
    return files


def _services(table: Table) -> dict[str, Service]:
    services = {}
    for name in table.names():
        service = table.table(name)
        services[name] = Service(_command(service, "command"))
        service.done()
    return services


def _own_commands(table: Table) -> dict[str, tuple[str, ...]]:
    workers = {name: table.table(name) for name in table.names()}
    return {
        name: _command(worker, "command", placeholders=True)
        for name, worker in workers.items()
        if "command" in worker
    }


def _workers(table: Table) -> dict[str, dict[str, Any]]:
    workers = {}
    for name in table.names():
        worker = table.table(name)
        spelled: dict[str, Any] = {}
        for key, kind in _LISTS.items():
            if (listed := worker.raw(key)) is not None:
                if not isinstance(listed, list) or not all(isinstance(one, kind) for one in listed):
                    worker.fail(key, "must be a list of " + ("texts" if kind is str else "tables"))
                spelled[key] = listed
        for key in sorted(_TABLES):
            if (inner := worker.raw(key)) is not None:
                if not isinstance(inner, dict):
                    worker.fail(key, "must be a table")
                spelled[key] = inner
        for key in ("group", "handler"):
            if key in worker:
                spelled[key] = worker.text(key)
            worker.raw(key)
        worker.raw("command")
        worker.done()
        if spelled:
            workers[name] = spelled
    return workers
