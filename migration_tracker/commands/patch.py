"""`migration-tracker patch`: write a worker's migration as a unified diff, or into its files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from migration_tracker.commands import repository
from migration_tracker.commands.exits import FINDINGS, NOTHING_TO_REPORT, UNDECIDED, WrongUse, refusing

if TYPE_CHECKING:
    from migration_tracker.codemods import Conventions, Patch
    from migration_tracker.definition import Definition


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
                    source, described.scope, _conventions(described, root, args.worker), args.worker, cache
                )
    except (codemods.UnknownWorker, codemods.TopicsUnreadable) as error:
        raise WrongUse(str(error)) from error
    except codemods.PatchError as error:
        print(f"migration-tracker: {error}", file=sys.stderr)
        return UNDECIDED
    if args.write:
        _write(root, patch)
    else:
        sys.stdout.write(codemods.diff(patch))
    if args.write or not patch.changes:
        for line in codemods.summary(patch):
            print(f"migration-tracker: {line}", file=sys.stderr)
    return FINDINGS if patch.todos else NOTHING_TO_REPORT


def _conventions(described: Definition, root: Path, worker: str) -> Conventions:
    from migration_tracker import codemods

    keys = {**described.patch}
    topics = {(topic, ""): key for topic, key in keys.pop("topic_keys").items()}
    if file := keys.pop("topics_file"):
        topics |= codemods.topic_keys(root / file, worker.partition("/")[0])
    return codemods.Conventions(**keys, topic_keys=topics)


def _write(root: Path, patch: Patch) -> None:
    for change in patch.changes:
        place = root / change.path
        try:
            if change.after is None:
                place.unlink()
            else:
                place.write_text(change.after, encoding="utf-8", newline="")
        except OSError as error:
            raise WrongUse(f"{place}: cannot be written: {error.strerror}") from error
