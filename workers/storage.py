"""The store that files are uploaded to: OneLake, or a folder in development."""

import asyncio
import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from workers.errors import StorageError, StorageRefusedError
from workers.messages import BlobPath

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem  # type: ignore[import-untyped]

DEFAULT = "var/storage"
PATH = TypeAdapter(BlobPath)


class Storage:
    """Files below a root URL: `abfss://…`, whatever else fsspec knows, or a plain folder.

    A file is there whole or not at all, and putting it again replaces it by the same: repeats do no harm.
    Everything blocking runs in a thread. The store's credentials come from its own environment variables.
    """

    def __init__(self, root: str) -> None:
        self._url = root

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The store that STORAGE_URL names; the folder `var/storage` if it names none."""
        return cls(environ.get("STORAGE_URL", "").strip() or DEFAULT)

    async def put(self, source: Path, path: str) -> int:
        """Put the file `source` under `path`, with forward slashes; its size in bytes.

        Raises StorageRefusedError if `source` is not there or `path` leads out of the store, StorageError if
        the store did not take it.
        """
        return await asyncio.to_thread(self._put, source, path)

    async def size(self, path: str) -> int | None:
        """Bytes of the file under `path`, None if there is none; raises as `put`."""
        return await asyncio.to_thread(self._size, path)

    @cached_property
    def _store(self) -> "tuple[AbstractFileSystem, str]":
        import fsspec

        try:
            return fsspec.core.url_to_fs(self._url)  # type: ignore[no-any-return]
        except (ImportError, ValueError) as error:
            raise StorageError(f"STORAGE_URL is {self._url!r}: {error}") from error

    def _put(self, source: Path, path: str) -> int:
        target = self._target(path)
        if source.is_dir() or not source.exists():
            raise StorageRefusedError(f"{path}: the file to be put there is not at {source}")
        from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

        store, _ = self._store
        try:
            if isinstance(store, LocalFileSystem):
                return _put_in_folder(source, Path(target))
            # Stores of blobs show a blob once all of it is there.
            store.put_file(str(source), target)
            return source.stat().st_size
        except Exception as error:  # each store has its own
            raise StorageError(f"{path}: {type(error).__name__}: {error}") from error

    def _size(self, path: str) -> int | None:
        target = self._target(path)
        try:
            return int(self._store[0].size(target))
        except FileNotFoundError:
            return None
        except Exception as error:
            raise StorageError(f"{path}: {type(error).__name__}: {error}") from error

    def _target(self, path: str) -> str:
        try:
            safe = PATH.validate_python(path)
        except ValidationError:
            raise StorageRefusedError(f"{path!r} leads out of the store, or is no path in it") from None
        return f"{self._store[1].rstrip('/')}/{safe}"


def _put_in_folder(source: Path, target: Path) -> int:
    """Copy under another name and rename, so that nobody sees half a file."""
    partial = target.with_name(f".{uuid4().hex}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as original, partial.open("xb") as copy:
            shutil.copyfileobj(original, copy)
            size = copy.tell()
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return size
