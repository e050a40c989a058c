"""The checkpoint store for Event Hubs in a folder: how far each group is, and who reads which partition.

    FOLDER/EVENT_HUB/CONSUMER_GROUP/PARTITION.json          {"sequence_number": 41, "offset": "8208"}
    FOLDER/EVENT_HUB/CONSUMER_GROUP/owners/PARTITION.json   who reads it: owner_id, reader, etag and when

`sequence_number` and `offset` are those of the last message that is done with; `beyond`, where it is there,
says which later ones are, in the engine's words. Processes that share the folder share the partitions. A
checkpoint never goes back, whoever writes it.
"""

import asyncio
import fcntl
import json
import logging
import os
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from transport.adapter import Progress
from transport.checkpoints.store import Ownership
from transport.errors import CommitError, ConfigurationError
from transport.watermark import Mark

log = logging.getLogger("transport")

LOCK_TIMEOUT = 5.0  # seconds
Value = TypeVar("Value")
Parse = Callable[[dict[str, Any]], Value]


class FolderStore:
    """Checkpoints and owners of one consumer group of one event hub; the disk is waited for in threads.

    Errors: CommitError from what writes.
    """

    def __init__(self, folder: Path, event_hub: str, consumer_group: str) -> None:
        for name in (event_hub, consumer_group):
            if not re.fullmatch(r"[\w$-][\w.$-]*", name):
                raise ConfigurationError(f"{name!r} is no name of an event hub or consumer group")
        self._folder = folder / event_hub / consumer_group
        self._owners = self._folder / "owners"

    async def checkpoints(self) -> dict[str, Progress]:
        return await asyncio.to_thread(lambda: dict(_all(self._folder, _progress)))

    async def advance(self, finished: Mapping[str, Progress]) -> None:
        await asyncio.to_thread(self._advance, finished)

    async def owners(self) -> list[Ownership]:
        return await asyncio.to_thread(
            lambda: [replace(one, partition=name) for name, one in _all(self._owners, _ownership)]
        )

    async def claim(self, wanted: Iterable[Ownership]) -> list[Ownership]:
        return await asyncio.to_thread(self._claim, list(wanted))

    async def close(self) -> None:
        """Nothing is open."""

    def _advance(self, finished: Mapping[str, Progress]) -> None:
        with self._locked():
            for partition, (mark, beyond) in finished.items():
                path = self._folder / f"{partition}.json"
                stored = _read(path, _progress)
                if stored is None or stored.mark.offset <= mark.offset:
                    content = {"sequence_number": mark.offset, "offset": mark.cursor}
                    _write(path, {**content, "beyond": beyond} if beyond else content)

    def _claim(self, wanted: Iterable[Ownership]) -> list[Ownership]:
        taken = []
        with self._locked():
            for claim in wanted:
                path = self._owners / f"{claim.partition}.json"
                stored = _read(path, _ownership)
                if (stored.etag if stored else "") != claim.etag:
                    continue
                taken.append(replace(claim, modified=time.time(), etag=uuid.uuid4().hex))
                _write(
                    path,
                    {
                        "owner_id": claim.owner,
                        "reader": claim.reader,
                        "last_modified_time": taken[-1].modified,
                        "etag": taken[-1].etag,
                    },
                )
        return taken

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time: comparing and writing must not be torn apart."""
        try:
            self._owners.mkdir(parents=True, exist_ok=True)
            with (self._folder / ".lock").open("w") as handle:
                _lock(handle.fileno(), self._folder)
                yield
        except OSError as error:
            raise CommitError(
                f"the checkpoint store cannot be written: {error} (EVENTHUB_CHECKPOINT_STORE)"
            ) from error


def _lock(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise CommitError(
                    f"{folder} has been locked by another process for {LOCK_TIMEOUT:.0f} s"
                ) from None
            time.sleep(0.01)
        else:
            return


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a file in one step: readers see the old or the new content, never half of it.

    It is not forced to the disk: what a power cut takes back only makes messages come again.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(path)


def _read(path: Path, parse: Parse[Value]) -> Value | None:
    """A file's value, None if it is missing or no such value: then the messages come again."""
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        log.warning("%s is unreadable and counts as missing: %s", path, error)
        return None


def _all(folder: Path, parse: Parse[Value]) -> Iterator[tuple[str, Value]]:
    for path in sorted(folder.glob("*.json")):
        if (value := _read(path, parse)) is not None:
            yield path.stem, value


def _progress(content: dict[str, Any]) -> Progress:
    mark = Mark(int(content["sequence_number"]), str(content["offset"]))
    return Progress(mark, str(content.get("beyond", "")))


def _ownership(content: dict[str, Any]) -> Ownership:
    return Ownership(
        "",
        str(content["owner_id"]),
        str(content.get("reader", "")),
        float(content["last_modified_time"]),
        str(content["etag"]),
    )
