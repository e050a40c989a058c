"""Put a cached file into the store, and take it out of the cache."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from workers.errors import StorageRefusedError
from workers.settings import required
from workers.storage import Storage


class Uploads:
    """Puts files of the cache folder into the store. Where they lie is told by messages, so it is checked."""

    def __init__(self, cache: Path, storage: Storage) -> None:
        self._cache = cache.resolve()
        self._storage = storage

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The cache in CACHE_DIR, and the store that STORAGE_URL names; raises SettingError."""
        cache = required(
            environ, "CACHE_DIR", "the folder that downloads are kept in until they are uploaded"
        )
        return cls(Path(cache), Storage.from_env(environ))

    async def put(self, cached: str, path: str, size: int) -> int:
        """Put the file `cached`, of `size` bytes, under `path`; the bytes that are there now.

        A file that was put there and has left the cache since is as good as put again. Raises
        StorageRefusedError if it lies outside the cache, or is not there, or `path` leads out of the store;
        StorageError if the store did not take it.
        """
        try:
            return await self._storage.put(self._file(cached, path), path)
        except StorageRefusedError:
            if await self._storage.size(path) != size:
                raise
            return size

    async def clear(self, cached: str, path: str) -> None:
        """Take a file that was put under `path` out of the cache."""
        await asyncio.to_thread(self._file(cached, path).unlink, missing_ok=True)

    def _file(self, cached: str, path: str) -> Path:
        file = Path(cached).resolve()
        if not file.is_relative_to(self._cache):
            raise StorageRefusedError(f"{path}: its file does not lie in the cache")
        return file
