"""Writing the bundle of a migration: its rows, its audit chain, and the script that checks them offline."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils import timezone

from migration_tracker.audit import export
from migration_tracker.audit import queries as audit
from migration_tracker.audit.models import Chain
from migration_tracker.bundle import contents
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration

VERSION = 1
SCRIPT = Path(__file__).with_name("verify.py")


def write(migration: Migration, to: IO[bytes]) -> None:
    """Write the evidence of a migration as a zip file.

    A row is stored with its entry in one transaction. So the rows are read first and the chain after them:
    every row has its entry, and every entry that was there before the rows were read has its row, whatever is
    written meanwhile.
    """
    entries_before = _end(migration)[0]
    scan = inventory.latest_scan(migration)
    files: dict[str, Callable[[], Iterable[str]]] = {
        "verify.py": lambda: [SCRIPT.read_text()],
        "migration.toml": lambda: [scan.definition_text if scan else ""],
        "scans.jsonl": lambda: _lines(contents.scans(migration)),
        "findings.jsonl": lambda: _lines(contents.findings(scan)),
        "runs.jsonl": lambda: _lines(contents.runs(migration)),
        "ticks.jsonl": lambda: _lines(contents.ticks(migration)),
        "waivers.jsonl": lambda: _lines(contents.waivers(migration)),
        "scope.jsonl": lambda: _lines(contents.scope_changes(migration)),
    }
    with ZipFile(to, "w", ZIP_DEFLATED) as bundle:
        digests = {name: _put(bundle, name, text()) for name, text in files.items()}
        entries, head = _end(migration)
        chain = audit.of_chain(migration.chain).filter(position__lte=entries).order_by("position")
        digests["audit.jsonl"] = _put(
            bundle, "audit.jsonl", export.as_json_lines(chain.iterator(chunk_size=2000))
        )
        manifest = {
            "version": VERSION,
            "migration": {"key": migration.key, "name": migration.name, "location": migration.location},
            "made_at": timezone.now().isoformat(),
            "chain": {
                "key": migration.chain,
                "entries_before": entries_before,
                "entries": entries,
                "head": head,
            },
            "sha256": digests,
        }
        _put(bundle, "manifest.json", [json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"])


def _end(migration: Migration) -> tuple[int, str]:
    end = Chain.objects.filter(key=migration.chain).first()
    return (end.length, end.head) if end else (0, "")


def _lines(rows: Iterable[contents.Row]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n"


def _put(bundle: ZipFile, name: str, text: Iterable[str]) -> str:
    """Write one file as its parts come; the SHA-256 of what was written."""
    digest = hashlib.sha256()
    with bundle.open(name, "w", force_zip64=True) as file:
        for part in text:
            file.write(part.encode())
            digest.update(part.encode())
    return digest.hexdigest()
