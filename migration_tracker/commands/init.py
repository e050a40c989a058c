"""`migration-tracker init`: propose a definition for a repository that has none."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from migration_tracker.commands.exits import NOTHING_TO_REPORT, WrongUse, refusing
from migration_tracker.commands.progress import progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", default=".", type=Path, help="the repository (default: here)")


def run(args: argparse.Namespace) -> int:
    """Write the proposal, unless there is a definition already. Raises WrongUse."""
    from migration_tracker.definition import FILE_NAME, parse
    from migration_tracker.definition.proposal import propose
    from migration_tracker.scanning import WorkTree

    place: Path = args.definition or args.path / FILE_NAME
    with refusing():
        source = WorkTree(args.path)
        _refuse_to_overwrite(place)
        with progress("files read") as on_file:
            text = propose(source, on_file)
        parse(text, str(place))  # what it writes must load
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        _refuse_to_overwrite(place)
    except OSError as error:
        raise WrongUse(f"{place}: cannot be written: {error.strerror}") from None
    print(f"{place} is written. Read it, it says why; then: migration-tracker scan", file=sys.stderr)
    return NOTHING_TO_REPORT


def _refuse_to_overwrite(place: Path) -> None:
    if place.exists() or place.is_symlink():
        raise WrongUse(f"{place}: is there already; name another with --definition, or remove it first")
