"""`migration-tracker patch`: write a worker's migration as a unified diff, or into its files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from migration_tracker.commands import repository
from migration_tracker.commands.exits import FINDINGS, NOTHING_TO_REPORT, UNDECIDED, WrongUse, refusing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("worker", metavar="WORKER", help="the worker's name, such as claimx/download_worker")
    parser.add_argument("path", nargs="?", default=".", type=Path, help="the repository (default: here)")
    parser.add_argument("--write", action="store_true", help="change the files instead of printing a diff")
    repository.add_cache_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print the patch, or write it: 0 nothing is left to people, 1 something is, 3 no patch can be made."""
    from migration_tracker import codemods, scanning

    try:
        with refusing():
            root = repository.root(args)
            source = scanning.WorkTree(root)
            described = repository.definition(args, root)
            with repository.cache(args) as cache:
                patch = codemods.propose(
                    source,
                    described.scope,
                    codemods.conventions(described.patch, root, args.worker),
                    args.worker,
                    cache,
                )
    except (codemods.UnknownWorker, codemods.TopicsUnreadable) as error:
        raise WrongUse(str(error)) from error
    except codemods.PatchError as error:
        print(f"migration-tracker: {error}", file=sys.stderr)
        return UNDECIDED
    if args.write:
        try:
            codemods.write(patch, root)
        except codemods.CannotWrite as error:
            raise WrongUse(str(error)) from error
    else:
        sys.stdout.write(codemods.diff(patch))
    if args.write or not patch.changes:
        for line in codemods.summary(patch):
            print(f"migration-tracker: {line}", file=sys.stderr)
    return FINDINGS if patch.todos else NOTHING_TO_REPORT
