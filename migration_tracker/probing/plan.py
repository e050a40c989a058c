"""What is to be run: one worker, one transport, one folder of code, and all that the definition says about
it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from migration_tracker.definition import Smoke
from migration_tracker.probing.description import Description, parse
from migration_tracker.probing.errors import DescriptionError
from migration_tracker.probing.given import Given

TRANSPORTS = ("kafka", "eventhub")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each part of a run may take, in seconds."""

    setup: float = 600.0
    describe: float = 30.0
    service: float = 30.0
    ready: float = 30.0
    process: float = 30.0
    commit: float = 15.0
    stop: float = 15.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A smoke run to be made.

    `folder` is the checkout, where every command is started; `describe` is what the worker says about itself,
    or the command that prints it; `services` are the commands of the world outside, by name; `proves` is the
    level the run goes up to. `hands_over` are the functions that a worker hands its handler to, `layer` the
    modules whose doings are not the worker's own. `setup` are the commands that build the environment it runs
    in, once for each content of `setup_files`. `broker` is one that was given, None for a stand-in.
    """

    worker: str
    transport: str
    folder: Path
    command: tuple[str, ...]
    describe: Description | tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    timeouts: Timeouts = field(default_factory=Timeouts)
    proves: str = "processed"
    hands_over: tuple[str, ...] = ()
    layer: tuple[str, ...] = ()
    setup: tuple[tuple[str, ...], ...] = ()
    setup_files: tuple[str, ...] = ()
    broker: Given | None = None


def prepare(
    folder: Path, smoke: Smoke, worker: str, transport: str, *, proves: str = "", broker: Given | None = None
) -> Plan:
    """The plan for `worker` on `transport`, from the `[smoke]` part of a definition and a folder with the
    code.

    What `[smoke.workers."NAME"]` spells out goes before the describe command, `proves` before the level that
    the definition names. Raises DescriptionError.
    """
    command = smoke.commands.get(worker, smoke.command)
    if not command:
        raise DescriptionError("[smoke] command is missing: it says how to start a worker")
    describe: Description | tuple[str, ...]
    if worker in smoke.workers:
        describe = parse(smoke.workers[worker], f'[smoke.workers."{worker}"]')
    elif smoke.describe:
        describe = _filled_in(smoke.describe, worker)
    else:
        raise DescriptionError(
            f'nothing describes {worker}: add [smoke.workers."{worker}"], or a command as [smoke] describe'
        )
    return Plan(
        worker=worker,
        transport=transport,
        folder=folder.resolve(),
        command=_filled_in(command, worker),
        describe=describe,
        env=dict(smoke.env),
        services={name: service.command for name, service in smoke.services.items()},
        timeouts=_timeouts(smoke.timeouts),
        proves=proves or smoke.proves,
        hands_over=smoke.hands_over,
        layer=smoke.layer,
        setup=smoke.setup,
        setup_files=smoke.setup_files,
        broker=broker,
    )


def _filled_in(command: tuple[str, ...], worker: str) -> tuple[str, ...]:
    names = {"worker": worker, "module": worker.rpartition("/")[2], "dotted": worker.replace("/", ".")}
    return tuple(part.format_map(names) for part in command)


def _timeouts(seconds: Mapping[str, float]) -> Timeouts:
    known = [field.name for field in fields(Timeouts)]
    if unknown := [name for name in seconds if name not in known]:
        raise DescriptionError(f"[smoke.timeouts] {unknown[0]} is not known; there are {', '.join(known)}")
    return Timeouts(**seconds)
