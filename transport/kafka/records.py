"""Reads records whose headers have names that are not UTF-8: Kafka takes them, aiokafka 0.14 does not.

It gives up a whole fetch for one of them, and so, at every attempt, all that lies behind it. Once such a
record was met, this process reads with aiokafka's parser in Python instead of the one in C: slower by a
factor, and what is no text in a name becomes `\\xff` and the like.
"""

import logging
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

HEADERS_SINCE = 2  # version of the record format
log = logging.getLogger("transport")


class _Buffer(bytearray):
    """Bytes that are decoded whatever they are."""

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return _Buffer(found) if isinstance(index, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return super().decode(encoding, errors)


class _Batch(_DefaultRecordBatchPy):  # type: ignore[misc]
    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        if not isinstance(self._buffer, _Buffer):
            self._buffer = _Buffer(self._buffer)


class _Records(_MemoryRecordsPy):  # type: ignore[misc]
    def next_batch(self, *arguments: int) -> Any:
        raw = self._next_slice
        batch = super().next_batch(*arguments)
        return _Batch(raw) if raw is not None and batch.magic == HEADERS_SINCE else batch


def tolerate() -> None:
    """Read so from now on, in every consumer of this process."""
    if fetcher.MemoryRecords is not _Records:
        log.warning("a header's name is not UTF-8: records are read by a slower parser from now on")
        fetcher.MemoryRecords = _Records
