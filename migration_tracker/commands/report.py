"""`migration-tracker report`: the state of the migration as Markdown, in a plan document that stays true."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from migration_tracker.commands import repository
from migration_tracker.commands.exits import FINDINGS, NOTHING_TO_REPORT, WrongUse, refusing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", default=".", type=Path, help="the repository (default: here)")
    document = parser.add_mutually_exclusive_group()
    document.add_argument(
        "--update", type=Path, metavar="FILE", help="rewrite the marked block of a document"
    )
    document.add_argument("--check", type=Path, metavar="FILE", help="say whether that block is stale")
    repository.add_cache_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print the report, or put it into a document, or compare it with one. Raises WrongUse."""
    from migration_tracker import scanning
    from migration_tracker.reporting import Block, BlockError, report

    with refusing():
        root = repository.root(args)
        definition = repository.definition(args, root)
        with repository.cache(args) as cache:
            inventory = scanning.scan(scanning.WorkTree(root), definition.scope, cache)
    document: Path | None = args.update or args.check
    if document is None:
        print(report(definition, inventory), end="")
        return NOTHING_TO_REPORT
    text = _read(document)
    try:
        block = Block.of(text, str(document))
    except BlockError as error:
        raise WrongUse(str(error)) from None
    filled = block.filled(report(definition, inventory, block.level))
    if args.check:
        return _compare(document, text, filled)
    if filled != text:
        _write(document, filled)
    print(f"{document}: {'rewritten' if filled != text else 'was true already'}", file=sys.stderr)
    return NOTHING_TO_REPORT


def _compare(document: Path, text: str, filled: str) -> int:
    if text == filled:
        return NOTHING_TO_REPORT
    lines = difflib.unified_diff(
        text.splitlines(), filled.splitlines(), str(document), "as the code says", lineterm=""
    )
    print("\n".join(lines))
    print(f"{document} is stale: migration-tracker report --update {document}", file=sys.stderr)
    return FINDINGS


def _read(document: Path) -> str:
    try:
        return document.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise WrongUse(f"{document}: there is no such file; write the plan first") from None
    except UnicodeDecodeError as error:
        raise WrongUse(f"{document}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise WrongUse(f"{document}: cannot be read: {error.strerror}") from None


def _write(document: Path, text: str) -> None:
    try:
        document.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise WrongUse(f"{document}: cannot be written: {error.strerror}") from None
