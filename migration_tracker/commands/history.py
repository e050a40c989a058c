"""`migration-tracker history`: how far the migration was at every commit, or how one worker came along."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from migration_tracker.commands import repository
from migration_tracker.commands.exits import NOTHING_TO_REPORT, WrongUse, refusing
from migration_tracker.commands.progress import progress

if TYPE_CHECKING:
    from migration_tracker.definition import Definition
    from migration_tracker.scanning import Cache


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", default=".", type=Path, help="the repository (default: here)")
    parser.add_argument("--rev", metavar="REV", default="HEAD", help="the commits that lead there")
    parser.add_argument("--worker", metavar="NAME", help="when this one turned, and by which commits")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    repository.add_cache_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print the history. Raises WrongUse."""
    from migration_tracker.scanning import history

    gc.set_threshold(1_000_000)  # looking for cycles takes a tenth of the time, and there are next to none
    with refusing():
        root = repository.root(args)
        described = repository.definition(args, root)
        if history.is_shallow(root):
            _note("the clone is shallow, so its history begins where it was cut; git fetch --unshallow")
        if args.rev == "HEAD" and history.is_unborn(root):
            _note(f"{root}: no commit yet")
            return NOTHING_TO_REPORT
        with repository.cache(args) as cache:
            if args.worker is None:
                _print_points(args, root, described, cache)
            else:
                _print_turns(args, root, described, cache)
    return NOTHING_TO_REPORT


def _print_points(args: argparse.Namespace, root: Path, described: Definition, cache: Cache) -> None:
    from migration_tracker.scanning import history

    with progress("commits") as on_commit:
        points = history.history(root, args.rev, described.scope, cache, on_commit)
        if args.format == "json":
            lines = []
            said = False
            encode = json.JSONEncoder(separators=(",", ":")).encode
            for point in points:
                lines.append(encode(point.as_json()) + "\n")
                sys.stdout.write(lines[-1])
                said = said or bool(point.statuses)
        else:
            line = [point for point in points if point.commit.on_line]
            said = any(any(point.counts.values()) for point in line)
    if not said:
        globs = ", ".join(described.include)
        raise WrongUse(f"{described.where}: workers.include: no commit has a file that matches {globs}")
    if args.format == "table":
        from migration_tracker.scanning.history import burn_down

        burn_down.write(line, sys.stdout)
    elif args.question is not None:
        args.question.keep(NOTHING_TO_REPORT, "", "".join(lines))


def _print_turns(args: argparse.Namespace, root: Path, described: Definition, cache: Cache) -> None:
    from migration_tracker.scanning import history

    with progress("commits") as on_commit:
        turns: Iterator[history.Turn] = history.turns(
            root, args.rev, args.worker, described.scope, cache, on_commit
        )
        if args.format == "json":
            for turn in turns:
                print(json.dumps(turn.as_json(), ensure_ascii=False, separators=(",", ":")))
            return
        found = list(turns)
    from migration_tracker.scanning.history import burn_down

    burn_down.write_turns(found, sys.stdout)


def _note(what: str) -> None:
    print(f"migration-tracker: {what}", file=sys.stderr)
