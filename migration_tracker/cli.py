"""`migration-tracker`: the command line.

No Django, no database, and quick to start: a command imports what it needs when it runs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migration_tracker.definition import Definition
    from migration_tracker.scanning import Inventory, Source

NOTHING_TO_REPORT, FINDINGS, WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0: nothing to report, 1: findings, 2: wrong use, 3: it could not tell."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="migration-tracker", description="How far a code migration has come, by what the code says."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_scan(commands.add_parser("scan", help="say who still uses the old client, and how"))
    smoke = commands.add_parser("smoke", help="boot workers against Kafka and Event Hubs and watch them")
    for command in commands.choices.values():
        command.add_argument(
            "--definition", type=Path, metavar="FILE", help="default: migration.toml at the root"
        )
    if "smoke" in arguments[:1]:
        from migration_tracker.probing import command as probing_command

        probing_command.add_arguments(smoke)
        smoke.set_defaults(run=probing_command.run)
    args = parser.parse_args(arguments)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except KeyboardInterrupt:
        return 130
    return code


def find_root(path: Path) -> Path:
    """The nearest folder from a path upwards, within its repository, that holds a migration.toml."""
    path = path.resolve()
    for folder in (path, *path.parents) if path.is_dir() else ():
        if (folder / "migration.toml").is_file():
            return folder
        if (folder / ".git").exists():
            break
    return path


def _add_scan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", default=".", type=Path, help="the repository (default: here)")
    parser.add_argument("--rev", metavar="REV", help="read a commit from git instead of the work tree")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--no-cache", action="store_true", help="read every file anew")
    parser.set_defaults(run=_scan)


def _scan(args: argparse.Namespace) -> int:
    from migration_tracker import definition, scanning

    try:
        root = args.path if args.definition else find_root(args.path)
        source: Source = (
            scanning.Revision(root, args.rev) if args.rev is not None else scanning.WorkTree(root)
        )
        described = definition.load(args.definition or root / definition.FILE_NAME)
        with (
            nullcontext(scanning.NoCache())
            if args.no_cache
            else scanning.FileCache(scanning.default_path()) as cache
        ):
            inventory = scanning.scan(source, described.scope, cache)
    except (definition.DefinitionError, scanning.ScanningError) as error:
        return _refuse(str(error))
    if not inventory.workers:
        return _refuse(_no_workers(described, source))
    for warning in inventory.warnings:
        print(f"migration-tracker: warning: {described.where}: {warning}", file=sys.stderr)
    _print(inventory, args.format)
    return FINDINGS if inventory.has_findings else NOTHING_TO_REPORT


def _print(inventory: Inventory, form: str) -> None:
    if form == "json":
        print(json.dumps(inventory.as_json(), indent=1))
        return
    from migration_tracker.scanning import table

    table.write(inventory, sys.stdout)


def _no_workers(described: Definition, source: Source) -> str:
    globs = ", ".join(described.include)
    where = f"{described.where}: workers.include"
    return f"{where}: no file in {source.root} matches {globs}; name the workers' files"


def _refuse(what: str) -> int:
    print(f"migration-tracker: {what}", file=sys.stderr)
    return WRONG_USE


if __name__ == "__main__":
    sys.exit(main())
