"""`migration-tracker smoke`: boot workers of a work tree or a revision, without a server."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migration_tracker.probing.rendering import Results
    from migration_tracker.scanning.sources import Revision, WorkTree

_SEVERITY = (0, 3, 1)  # what a worker failed at counts more than what could not be told
_USAGE, _CANNOT_TELL, _INTERRUPTED = 2, 3, 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes beside `--definition`, which all commands have."""
    parser.epilog = (
        "Progress goes to standard error, the result to standard output. Exit codes: 0 every run passed,"
        " 1 a worker failed, 2 wrong usage or definition, 3 for some it could not be told, 130 interrupted."
    )
    parser.add_argument(
        "workers", nargs="+", metavar="WORKER", help="a worker's name, a glob such as 'claimx/**', or all"
    )
    parser.add_argument("--path", type=Path, default=Path(), help="the repository (default: here)")
    parser.add_argument(
        "--transport", choices=("kafka", "eventhub", "both"), default="both", help="(default: both)"
    )
    parser.add_argument("--rev", help="boot this revision from a scratch checkout, not the work tree")
    parser.add_argument(
        "--level", choices=("ready", "processed", "survived"), help="how far to go (default: [smoke] proves)"
    )
    parser.add_argument(
        "--jobs", type=_count, metavar="N", help="how many runs at once (default: one a core, at most 4)"
    )
    parser.add_argument(
        "--broker",
        action="append",
        default=[],
        metavar="TRANSPORT=WHERE",
        help="a broker that is there: kafka=HOST:PORT, or eventhub=VARIABLE with the connection string's"
        " variable; emulator: before it says that it is no real one (default: fresh stand-ins)",
    )
    parser.add_argument(
        "--prefix",
        default="smoke-",
        help="what the names begin with that a run may use there (default: smoke-)",
    )
    parser.add_argument(
        "--retries",
        type=_whole,
        metavar="N",
        default=2,
        help="how often a run that ended in an error is made again (default: 2)",
    )
    parser.add_argument(
        "--post",
        metavar="URL",
        help="hand the results to a tracker: https://HOST/api/v1/migrations/KEY/reports, with the token in"
        " MIGRATION_TRACKER_TOKEN",
    )
    parser.add_argument(
        "--format", choices=("table", "json", "junit"), default="table", help="(default: table)"
    )


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Run the smoke tests that were asked for and print what they found.

    Returns the exit code: 0 all passed, 1 a worker failed, 2 wrong usage or definition, 3 it cannot be told.
    """
    from migration_tracker.definition import DefinitionError
    from migration_tracker.probing.errors import ProbingError
    from migration_tracker.scanning.errors import ScanningError

    logging.getLogger().addHandler(logging.NullHandler())  # what the clients log is not what was asked for
    try:
        with _sigterm_as_interrupt():
            results = _results(args)
            _show(results, args.format)
            return max(results.exit_code, _post(results, args.post), key=_SEVERITY.index)
    except (DefinitionError, ProbingError, ScanningError) as wrong:
        print(f"migration-tracker smoke: {wrong}", file=sys.stderr)
        return _USAGE
    except ImportError as missing:
        print(
            f"migration-tracker smoke: {missing.name} is not installed; do: pip install migration-tracker",
            file=sys.stderr,
        )
        return _USAGE
    except KeyboardInterrupt:
        print("migration-tracker smoke: interrupted; all processes were ended", file=sys.stderr)
        return _INTERRUPTED


def _results(args: argparse.Namespace) -> Results:
    from migration_tracker import definition
    from migration_tracker.probing import posting
    from migration_tracker.probing.errors import SelectionError
    from migration_tracker.probing.given import from_options
    from migration_tracker.probing.matrix import at_once, run_all
    from migration_tracker.probing.plan import TRANSPORTS, prepare
    from migration_tracker.probing.rendering import Results
    from migration_tracker.probing.selection import choose
    from migration_tracker.scanning.selection import select

    began = time.monotonic()
    defined = definition.load(args.definition or args.path / definition.FILE_NAME)
    source = _source(args)
    brokers = from_options(args.broker, args.prefix, os.environ)
    transports = TRANSPORTS if args.transport == "both" else (args.transport,)
    if unused := brokers.keys() - set(transports):
        raise SelectionError(f"--broker names one for {min(unused)}, but --transport is {args.transport}")
    if args.post:
        posting.check(args.post, os.environ.get(posting.TOKEN, ""))
        posting.check_source(source)
    workers, _ = select((entry.path for entry in source.entries()), defined.scope)
    with _checkout(source) as folder:
        plans = [
            prepare(
                folder,
                defined.smoke,
                worker,
                transport,
                proves=args.level or "",
                broker=brokers.get(transport),
            )
            for worker in choose(args.workers, [worker.name for worker in workers])
            for transport in transports
        ]
        reports = run_all(plans, args.jobs or at_once(), args.retries)
    return Results(str(source.root), source.commit, source.dirty, time.monotonic() - began, reports)


def _post(results: Results, address: str | None) -> int:
    """The exit code of handing the results over, where that was asked for."""
    from migration_tracker.probing import posting
    from migration_tracker.probing.errors import PostError

    if address:
        try:
            kept = posting.post(results, address, os.environ.get(posting.TOKEN, ""))
        except PostError as wrong:
            print(f"migration-tracker smoke: not posted: {wrong}", file=sys.stderr)
            return _CANNOT_TELL
        print(f"posted: the tracker keeps {kept} runs", file=sys.stderr)
    return 0


def _source(args: argparse.Namespace) -> WorkTree | Revision:
    from migration_tracker.scanning.sources import Revision, WorkTree

    return Revision(args.path, args.rev) if args.rev else WorkTree(args.path)


@contextlib.contextmanager
def _checkout(source: WorkTree | Revision) -> Iterator[Path]:
    """The folder to boot from: the work tree itself, or the revision, written out for as long as needed."""
    from migration_tracker.scanning.sources import Revision

    if not isinstance(source, Revision):
        yield source.root
        return
    with tempfile.TemporaryDirectory(prefix="smoke-checkout-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch) / "checkout"
        source.export(folder)
        yield folder


@contextlib.contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """End on SIGTERM as on Ctrl-C: in order, with all that was started."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(results: Results, form: str) -> None:
    from rich.console import Console

    from migration_tracker.probing import rendering

    match form:
        case "json":
            print(rendering.show_json(results))
        case "junit":
            print(rendering.show_junit(results))
        case _:
            rendering.show_table(results, Console(highlight=False))
