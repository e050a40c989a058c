"""The table of subcommands; only the module of the one that was asked for is imported."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from migration_tracker import __version__


class Command(NamedTuple):
    """A subcommand; its module has `add_arguments(parser)` and `run(args)`, which returns the exit code."""

    name: str
    help: str
    module: str


COMMANDS = (
    Command("init", "propose a definition for a repository that has none", "migration_tracker.commands.init"),
    Command("scan", "say who still uses the old client, and how", "migration_tracker.commands.scan"),
    Command("history", "say how far it was at every commit", "migration_tracker.commands.history"),
    Command("lint", "refuse new use of the old client", "migration_tracker.commands.lint"),
    Command("report", "write the state of the migration as Markdown", "migration_tracker.commands.report"),
    Command("patch", "write a worker's migration as a diff", "migration_tracker.commands.patch"),
    Command(
        "smoke",
        "boot workers against Kafka and Event Hubs and watch them",
        "migration_tracker.probing.command",
    ),
)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """A command line as its command takes it, with `run` for what does it. Exits on wrong usage."""
    return _parser(asked=arguments[:1]).parse_args(arguments)


def _parser(asked: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="migration-tracker", description="How far a code migration has come, by what the code says."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        own = commands.add_parser(
            command.name,
            help=command.help,
            description=f"{command.help[0].upper()}{command.help[1:]}.",
        )
        own.add_argument(
            "--definition", type=Path, metavar="FILE", help="default: migration.toml at the root"
        )
        if command.name in asked:
            module = import_module(command.module)
            module.add_arguments(own)
            own.set_defaults(run=module.run)
    return parser
