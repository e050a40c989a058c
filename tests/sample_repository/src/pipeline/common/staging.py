"""The staging database: rows wait here until the nightly job moves them to Delta tables.

SQLite, a table for each kind of row, one row a key. Writing a row again replaces it, so a message that comes twice
changes nothing.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

Row = tuple[str, dict[str, Any]]


class Staging:
    """Blocking work is done in a thread; a lock of SQLite's own keeps processes apart."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def from_env(cls) -> "Staging":
        return cls(Path(os.getenv("STAGING_DB", "var/staging.sqlite3")))

    async def upsert(self, table: str, rows: Iterable[Row]) -> None:
        await asyncio.to_thread(self._upsert, table, [(key, json.dumps(row)) for key, row in rows])

    def _upsert(self, table: str, rows: list[tuple[str, str]]) -> None:
        if not table.isidentifier():
            raise ValueError(f"{table!r} is no table")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=30)) as db, db:
            db.execute(f"CREATE TABLE IF NOT EXISTS {table} (key TEXT PRIMARY KEY, row TEXT NOT NULL)")
            db.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", rows)
