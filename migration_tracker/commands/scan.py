"""`migration-tracker scan`: say who still uses the old client, and how."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from migration_tracker.commands import repository
from migration_tracker.commands.exits import FINDINGS, NOTHING_TO_REPORT, WrongUse, refusing

if TYPE_CHECKING:
    from migration_tracker.definition import Definition
    from migration_tracker.scanning import Inventory, Part, Source

_SECONDS = '\n "seconds": '
"""How the key begins in the JSON; within a value the line would not end."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", default=".", type=Path, help="the repository (default: here)")
    parser.add_argument("--rev", metavar="REV", help="read a commit from git instead of the work tree")
    parser.add_argument(
        "--explain-fingerprint", metavar="WORKER", help="list what is in this worker's fingerprint, and why"
    )
    parser.add_argument(
        "--inventory-only", action="store_true", help="statuses and findings: no checklist, no fingerprints"
    )
    parser.add_argument("--format", choices=("table", "json"), default="table")
    repository.add_cache_option(parser)


def run(args: argparse.Namespace) -> int:
    """Scan and print. Raises WrongUse."""
    from migration_tracker import scanning

    gc.disable()  # the process ends before looking for cycles would have paid
    with refusing():
        root = repository.root(args)
        source: Source = (
            scanning.Revision(root, args.rev) if args.rev is not None else scanning.WorkTree(root)
        )
        described = repository.definition(args, root)
        with repository.cache(args) as cache:
            if (worker := args.explain_fingerprint) is not None:
                _explain(worker, scanning.explain(source, described.scope, cache), args.format)
                return NOTHING_TO_REPORT
            inventory = scanning.scan(source, described.scope, cache, with_checklist=not args.inventory_only)
    if not inventory.workers:
        raise WrongUse(_no_workers(described, source))
    warned = "".join(
        f"migration-tracker: warning: {described.where}: {warning}\n" for warning in inventory.warnings
    )
    sys.stderr.write(warned)
    code = FINDINGS if inventory.has_findings else NOTHING_TO_REPORT
    if args.format == "json":
        print(_json(inventory))
        if args.question is not None:
            args.question.keep(code, warned, *_to_tell_again(inventory))
        return code
    from migration_tracker.scanning import table

    table.write(inventory, sys.stdout)
    return code


def _json(inventory: Inventory) -> str:
    return json.dumps(inventory.as_json(), indent=1)


def _to_tell_again(inventory: Inventory) -> tuple[str, str]:
    """The JSON of an inventory of which nothing is read again, before and after the seconds that it took."""
    files = replace(inventory.files, cached=inventory.files.parsed)
    before, key, after = _json(replace(inventory, files=files)).partition(_SECONDS)
    return before + key, after[after.index(",") :] + "\n"


def _explain(worker: str, explained: Mapping[str, Sequence[Part]], form: str) -> None:
    from migration_tracker.scanning.fingerprint import digest

    if worker not in explained:
        import difflib  # slow to import, and only needed to help with an error

        near = difflib.get_close_matches(worker, explained, 1)
        advice = f"did you mean {near[0]}?" if near else f"there are: {', '.join(explained) or 'none'}"
        raise WrongUse(f"no worker “{worker}”; {advice}")
    parts = explained[worker]
    if form == "json":
        told = {"worker": worker, "fingerprint": digest(parts), "parts": [asdict(part) for part in parts]}
        print(json.dumps(told, indent=1))
        return
    for part in parts:
        print(f"{part.digest[:10]}  {part.why:6}  {part.path}")
    print(f"{len(parts)} files are in the fingerprint of {worker}: {digest(parts)}")


def _no_workers(described: Definition, source: Source) -> str:
    globs = ", ".join(described.include)
    where = f"{described.where}: workers.include"
    return f"{where}: no file in {source.root} matches {globs}; name the workers' files"
