"""Many handlers, one write: each waits for the flush that made its row durable."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from transport.case import told
from transport.errors import FlushError, PermanentError, UsageError, being_cancelled

Row = TypeVar("Row")


class GroupCommit(Generic[Row]):
    """Gathers the rows of many handlers and writes them together, so that no handler returns too early.

        rows = GroupCommit(table.append, max_rows=500, max_age=0.2)

        async def handle(self, message: PipelineMessage) -> None:
            await self.rows.add(Row.of(message))     # returns when the row is durable

    For it to gather anything, many handlers must run at a time: ConsumerOptions(ordering="unordered", or
    "key"), and max_in_flight at least max_rows. One flush runs at a time; what comes meanwhile waits for the
    next one.

    Arguments:
        flush: writes rows, in the order they came, and returns when they are durable.
        max_rows: rows that are flushed without waiting longer.
        max_bytes: likewise, by `size`.
        max_age: longest time in seconds that a row waits for others.
        size: bytes of a row; needed for max_bytes.
    """

    def __init__(
        self,
        flush: Callable[[Sequence[Row]], Awaitable[None]],
        *,
        max_rows: int = 500,
        max_bytes: int | None = None,
        max_age: float = 0.2,
        size: Callable[[Row], int] | None = None,
    ) -> None:
        if max_rows < 1 or max_age < 0:
            raise ValueError(
                f"GroupCommit takes max_rows from 1 and max_age from 0 on, not {max_rows} and {max_age}"
            )
        if max_bytes is not None and size is None:
            raise ValueError("GroupCommit with max_bytes needs size, which tells the bytes of a row")
        self._flush = flush
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._size = size
        self._waiting: deque[tuple[Row, int, asyncio.Future[None]]] = deque()  # a row, its bytes, its handler
        self._bytes = 0
        self._full = asyncio.Event()
        self._flushing: asyncio.Task[None] | None = None
        self._closed = False

    async def add(self, row: Row) -> None:
        """Return when a flush has made this row durable.

        Errors: FlushError if the flush failed: the message must come again. PermanentError if the flush
        raised it for this row alone: where it does so for several rows, fewer are tried, until the bad one is
        alone. UsageError after close(). What `size` raises of the row, which is not written then.
        """
        if self._closed:
            raise UsageError("add() was called on a GroupCommit that is closed")
        size = self._size(row) if self._size is not None else 0
        safe: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, size, safe))
        self._bytes += size
        if len(self._waiting) >= self._max_rows or (
            self._max_bytes is not None and self._bytes >= self._max_bytes
        ):
            self._full.set()
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._run(), name="transport group commit")
        await safe

    async def close(self) -> None:
        """Flush what waits, and take nothing more. Call it after consumer.stop(); may be called twice."""
        self._closed = True
        self._full.set()
        if self._flushing is not None:
            await self._flushing

    async def _run(self) -> None:
        """Flush until nothing waits."""
        try:
            while self._waiting:
                if not self._full.is_set():
                    try:
                        async with asyncio.timeout(self._max_age):
                            await self._full.wait()
                    except TimeoutError:
                        pass
                await self._write(self._taken())
        finally:
            self._flushing = None

    def _taken(self) -> list[tuple[Row, asyncio.Future[None]]]:
        """The next rows to be flushed; whoever gave up waiting will come again with the same row."""
        taken: list[tuple[Row, asyncio.Future[None]]] = []
        size = 0
        while self._waiting and len(taken) < self._max_rows:
            row, more, safe = self._waiting[0]
            if taken and self._max_bytes is not None and size + more > self._max_bytes:
                break
            self._waiting.popleft()
            size += more
            if not safe.done():
                taken.append((row, safe))
        self._bytes -= size
        if not self._closed and not (
            len(self._waiting) >= self._max_rows
            or (self._max_bytes is not None and self._bytes >= self._max_bytes)
        ):
            self._full.clear()
        return taken

    async def _write(self, rows: Sequence[tuple[Row, asyncio.Future[None]]]) -> None:
        if not rows:
            return
        try:
            await self._flush([row for row, _ in rows])
        except PermanentError as error:
            if len(rows) > 1:
                half = len(rows) // 2
                await self._write(rows[:half])
                await self._write(rows[half:])
            elif not rows[0][1].done():
                rows[0][1].set_exception(error)
        except (
            BaseException
        ) as error:  # a panic of a library in Rust is no Exception, and must not stop the rest
            for _, safe in rows:
                if not safe.done():
                    failure = FlushError(f"a flush of {len(rows)} rows failed: {told(error)}")
                    failure.__cause__ = error
                    safe.set_exception(failure)
            if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)) or being_cancelled():
                raise
        else:
            for _, safe in rows:
                if not safe.done():
                    safe.set_result(None)
