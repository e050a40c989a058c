"""What earlier scans read of each blob, in the user's cache folder. Its loss costs only time.

One SQLite file, so that several processes may use it at once; whatever goes wrong with it is as if it were
empty.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from migration_tracker.scanning.cache_folder import cache_folder

MOST_ENTRIES = 50_000
MOST_BYTES = 500_000_000
"""Beyond either, the quarter that was used longest ago goes."""

_MOST_UNSAVED = 2_000
"""So many new entries are held in memory, some 5 kB each."""


class FileCache:
    """Keeps what was put in when it is left; use it as a context manager.

    Args:
        path: the file; it and its folder are made when they are missing.
        most: how many entries are kept.
        most_bytes: how large the file may be while it is kept.
    """

    def __init__(self, path: Path, *, most: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most = most
        self._most_bytes = most_bytes
        self._is_damaged = False
        self._new: dict[str, bytes] = {}
        self._read: list[str] = []
        self._connection: sqlite3.Connection | None = None

    def get(self, key: str) -> Any:
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            self._read.append(key)
            return json.loads(zlib.decompress(row[0]))
        except sqlite3.Error as error:
            self._note(error)
            return None
        except (zlib.error, ValueError, TypeError):
            return None

    def put(self, key: str, value: Any) -> None:
        self._new[key] = zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)
        if len(self._new) >= _MOST_UNSAVED:
            self._save()

    def __enter__(self) -> Self:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, timeout=5.0, isolation_level=None)
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB, used INTEGER)"
            )
        except sqlite3.Error as error:
            self._note(error)
            self._close()
        except OSError:
            self._close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._save()
        self._close()

    def _save(self) -> None:
        """Write the new entries down; if it cannot be done, whoever comes next reads again."""
        try:
            if self._connection is not None and self._new:
                self._write(self._connection)
        except sqlite3.Error as error:
            self._note(error)
            if self._connection is not None and self._connection.in_transaction:
                self._connection.rollback()
        self._new.clear()
        self._read.clear()

    def _write(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        (now,) = connection.execute("SELECT coalesce(max(used), 0) + 1 FROM entries").fetchone()
        connection.executemany(
            "UPDATE entries SET used = ? WHERE key = ?", ((now, key) for key in self._read)
        )
        connection.executemany(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", ((k, v, now) for k, v in self._new.items())
        )
        (count,) = connection.execute("SELECT count(*) FROM entries").fetchone()
        allowed = self._most
        if (size := _size(connection)) > self._most_bytes:
            allowed = min(allowed, count * self._most_bytes // size)
        if count > allowed:
            connection.execute(
                "DELETE FROM entries WHERE key IN (SELECT key FROM entries ORDER BY used LIMIT ?)",
                (count - allowed * 3 // 4,),
            )
        connection.execute("COMMIT")

    def _note(self, error: sqlite3.Error) -> None:
        """A busy, full or read-only file is left alone; a damaged one goes when it is closed."""
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            self._is_damaged = True

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._is_damaged:
            self._path.unlink(missing_ok=True)


def _size(connection: sqlite3.Connection) -> int:
    """The bytes in use; pages that were freed are filled again."""
    used = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count")]
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    return int((used[0] - used[1]) * page)


def default_path() -> Path:
    """The cache file of the present user."""
    return Path(cache_folder()) / "blobs.sqlite3"
