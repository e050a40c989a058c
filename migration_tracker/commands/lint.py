"""`migration-tracker lint`: refuse new use of the old client while the known use is burned down."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from migration_tracker.commands import repository
from migration_tracker.commands.exits import FINDINGS, NOTHING_TO_REPORT, UNDECIDED, WrongUse, refusing
from migration_tracker.definition import Definition

if TYPE_CHECKING:
    from migration_tracker.linting import Outcome

FORMATS = ("text", "json", "sarif", "github")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="report only these files and folders (default: all)",
    )
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="default: migration-baseline.txt")
    parser.add_argument(
        "--update-baseline", action="store_true", help="take away what was fixed, follow what moved"
    )
    parser.add_argument(
        "--against",
        metavar="REV",
        help="what HEAD is to be merged into; judges the baseline and atomic phases",
    )
    parser.add_argument(
        "--part-way", action="store_true", help="for a commit, not a merge: atomic phases may be under way"
    )
    repository.add_cache_option(parser)


def run(args: argparse.Namespace) -> int:
    """Lint and print. Raises WrongUse."""
    from migration_tracker.linting import LintError, Request, lint

    try:
        with refusing():
            root = _root(args)
            definition = repository.definition(args, root)
            request = Request(
                baseline=args.baseline,
                update=args.update_baseline,
                against=args.against,
                part_way=args.part_way,
                reported=_reported(args, root),
            )
            with repository.cache(args) as cache:
                outcome = lint(root, definition, request, cache)
    except LintError as error:
        raise WrongUse(str(error)) from error
    _print(outcome, definition, args.format)
    return _exit_code(outcome)


def _print(outcome: Outcome, definition: Definition, form: str) -> None:
    for warning in outcome.warnings:
        print(f"migration-tracker: warning: {definition.where}: {warning}", file=sys.stderr)
    show: Callable[[Outcome], str] = import_module(f"migration_tracker.linting.formats.{form}").show
    shown = show(outcome)
    print(shown.encode(errors="surrogateescape").decode(errors="replace"))  # paths may be in any coding


def _exit_code(outcome: Outcome) -> int:
    if outcome.problems:
        return FINDINGS
    return UNDECIDED if outcome.inventory.files.unreadable else NOTHING_TO_REPORT


def _root(args: argparse.Namespace) -> Path:
    """The repository that the first path lies in; with a definition from elsewhere, the whole work tree."""
    start = args.paths[0] if args.paths else Path()
    if not start.exists() and not start.parent.exists():
        raise WrongUse(f"{start}: there is no such file or folder")
    folder = start if start.is_dir() else start.parent
    return repository.find_top(folder) if args.definition else repository.find_root(folder)


def _reported(args: argparse.Namespace, root: Path) -> Callable[[str], bool]:
    """Whether a path below the root was asked for."""
    asked = [_below(path, root) for path in args.paths]
    if not asked or "." in asked:
        return lambda _path: True
    if args.update_baseline:
        raise WrongUse("--update-baseline looks at everything; leave the paths out")
    return lambda path: _is_asked(path, asked)


def _is_asked(path: str, asked: Sequence[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in asked)


def _below(path: Path, root: Path) -> str:
    if not os.path.lexists(path):
        raise WrongUse(f"{path}: there is no such file or folder")
    place = Path(os.path.abspath(path))  # noqa: PTH100  a link is reported where it lies
    if not place.is_relative_to(root):
        place = path.resolve()
    if not place.is_relative_to(root):
        raise WrongUse(f"{path}: not below {root}, where the first path lies; lint one migration at a time")
    return place.relative_to(root).as_posix()
