"""What earlier scans read of each blob, in the user's cache folder. Its loss costs only time.

One SQLite file, so that several processes may use it at once; whatever goes wrong with it is as if it were
empty.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

MOST_ENTRIES = 50_000
"""Some 5 kB each. Beyond it, the quarter that was used longest ago goes."""


class Cache(Protocol):
    """Keeps JSON by key."""

    def get(self, key: str) -> Any: ...

    def put(self, key: str, value: Any) -> None: ...


class NoCache:
    """Keeps nothing."""

    def get(self, _key: str) -> Any:
        return None

    def put(self, _key: str, _value: Any) -> None:
        return None


class FileCache:
    """Keeps what was put in when it is left; use it as a context manager.

    Args:
        path: the file; it and its folder are made when they are missing.
        most: how many entries are kept.
    """

    def __init__(self, path: Path, *, most: int = MOST_ENTRIES) -> None:
        self._path = path
        self._most = most
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
        except (sqlite3.Error, zlib.error, ValueError, TypeError):
            return None

    def put(self, key: str, value: Any) -> None:
        self._new[key] = zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)

    def __enter__(self) -> Self:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, timeout=5.0, isolation_level=None)
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB, used INTEGER)"
            )
        except sqlite3.DatabaseError as error:
            self._close()
            if not isinstance(error, sqlite3.OperationalError):  # a damaged file: begin anew next time
                self._path.unlink(missing_ok=True)
        except OSError:
            self._close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._connection is not None and self._new:
                self._save(self._connection)
        except sqlite3.Error:  # busy, full or read-only: the next scan reads again
            pass
        finally:
            self._close()

    def _save(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        (now,) = connection.execute("SELECT coalesce(max(used), 0) + 1 FROM entries").fetchone()
        connection.executemany(
            "UPDATE entries SET used = ? WHERE key = ?", ((now, key) for key in self._read)
        )
        connection.executemany(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", ((k, v, now) for k, v in self._new.items())
        )
        (count,) = connection.execute("SELECT count(*) FROM entries").fetchone()
        if count > self._most:
            connection.execute(
                "DELETE FROM entries WHERE key IN (SELECT key FROM entries ORDER BY used LIMIT ?)",
                (count - self._most * 3 // 4,),
            )
        connection.execute("COMMIT")

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def default_path() -> Path:
    """The cache file of the present user."""
    folder = os.environ.get("XDG_CACHE_HOME")
    return (Path(folder) if folder else Path.home() / ".cache") / "migration-tracker" / "blobs.sqlite3"
