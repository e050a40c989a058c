"""`migration-tracker`: the command line, a table of subcommands.

No Django, no database, and quick to start: only the module of the command that was asked for is imported.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from migration_tracker import __version__
from migration_tracker.commands.exits import FINDINGS, NOTHING_TO_REPORT, WRONG_USE, WrongUse

__all__ = ["COMMANDS", "FINDINGS", "NOTHING_TO_REPORT", "WRONG_USE", "main"]


@dataclass(frozen=True, slots=True)
class Command:
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0: nothing to report, 1: findings, 2: wrong use, 3: it could not tell."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    args = _parser(asked=arguments[:1]).parse_args(arguments)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except WrongUse as wrong:
        print(f"migration-tracker: {wrong}", file=sys.stderr)
        return WRONG_USE
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except KeyboardInterrupt:
        return 130
    return code


def _parser(asked: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="migration-tracker", description="How far a code migration has come, by what the code says."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        own = commands.add_parser(command.name, help=command.help)
        own.add_argument(
            "--definition", type=Path, metavar="FILE", help="default: migration.toml at the root"
        )
        if command.name in asked:
            module = import_module(command.module)
            module.add_arguments(own)
            own.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
