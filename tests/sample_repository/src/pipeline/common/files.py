"""Files: fetched into the cache, put into the store. Both are folders here; production mounts OneLake."""

import asyncio
import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

LARGEST = 500_000_000
CHUNK = 64 * 1024


class FetchError(Exception):
    """A file was not fetched."""


def allowed(url: str) -> bool:
    """URLs come from outside: https and a known host, or the host that developers use."""
    developers = os.getenv("MEDIA_DEV_URL")
    if developers and url.startswith(developers):
        return True
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.hostname in os.getenv("MEDIA_HOSTS", "").split(",")


def below(root: Path, relative: str) -> Path:
    """A path below `root`, or ValueError."""
    path = (root / relative).resolve()
    if not path.is_relative_to(root.resolve()) or path == root.resolve():
        raise ValueError(f"{relative!r} leads out of {root}")
    return path


async def fetch(session: aiohttp.ClientSession, url: str, target: Path) -> int:
    """Download to `target`; its size in bytes."""
    if not allowed(url):
        raise FetchError("host is not allowed")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + f".{os.getpid()}.part")
    size = 0
    try:
        async with session.get(url, allow_redirects=False) as response:
            if response.status != 200:
                raise FetchError(f"status {response.status}")
            with partial.open("wb") as file:
                async for chunk in response.content.iter_chunked(CHUNK):
                    size += len(chunk)
                    if size > LARGEST:
                        raise FetchError("too large")
                    file.write(chunk)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return size


async def store(source: Path, root: Path, blob_path: str) -> int:
    """Copy a cached file into the store, whole or not at all; its size in bytes."""

    def copy() -> int:
        target = below(root, blob_path)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(target.name + ".part")
        shutil.copyfile(source, draft)
        draft.replace(target)
        return target.stat().st_size

    return await asyncio.to_thread(copy)


def cache_dir() -> Path:
    return Path(os.getenv("CACHE_DIR", "var/cache"))


def store_dir() -> Path:
    return Path(os.getenv("STORE_DIR", "var/store"))
