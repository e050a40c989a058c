"""The producer: one send() whatever the transport."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Literal

from transport.adapter import Sink
from transport.allowance import Allowance
from transport.contract import Headers
from transport.errors import UsageError

log = logging.getLogger("transport")

FLUSH_TIMEOUT = 30.0  # seconds stop() waits for sends under way
CLOSE_TIMEOUT = 10.0  # seconds the connection may take to say good-bye
MESSAGES = 10_000  # under way at once
SIZE = 32 << 20  # bytes under way at once


class Producer:
    """Sends messages and says when they are safe; made by `transport.create_producer`."""

    def __init__(self, name: str, sink: Sink) -> None:
        self.name = name
        self._sink = sink
        self._state: Literal["new", "starting", "running", "stopped"] = "new"
        self._allowance = Allowance(MESSAGES, SIZE)
        self._under_way = 0
        self._idle = asyncio.Event()

    def __repr__(self) -> str:
        return f"<Producer {self.name} {self._state}>"

    async def start(self) -> None:
        """Connect. Errors: TransportError, and whatever was opened is closed again; it may be tried again."""
        if self._state != "new":
            raise UsageError(
                f"{self.name}: start() was called on a producer that is {self._state}; make a new one"
            )
        self._state = "starting"
        try:
            await self._sink.open()
        except BaseException:
            self._started("new")
            raise
        if not self._started("running"):
            await self._close()
            raise UsageError(f"{self.name}: stop() was called before start() was done")

    async def send(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None = None,
        headers: Iterable[tuple[str, bytes]] = (),
    ) -> None:
        """Return when the broker has acknowledged the message.

        What is sent side by side travels together, so many sends at once are quick. Of those no more than
        10,000 messages or 32 MiB are under way; further ones wait for their turn.

        Arguments:
            topic: the logical topic; its event hub comes from the configuration.
            value: None for a tombstone.
            key: messages with the same key go to the same partition, in the order of their sends.

        Errors: SendError if it was not acknowledged: it may or may not have been written, as when the caller
        is cancelled; AccessDeniedError and UnknownTopicError where the broker says so. UsageError before
        start() and after stop(). TypeError for anything but bytes.
        """
        pairs = _checked(value, key, headers)
        if self._state != "running":
            raise UsageError(
                f"{self.name}: send() was called on a producer that is {self._state}: await start() first"
            )
        size = len(value or b"") + len(key or b"")
        self._under_way += 1
        try:
            await self._allowance.take(size)
            try:
                await self._sink.send(topic, value, key, pairs)
            finally:
                self._allowance.give(size)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def stop(self) -> None:
        """Wait for the sends under way (30 s at most) and disconnect. May be called more than once."""
        self._state = "stopped"
        if self._under_way:
            self._idle.clear()
            try:
                async with asyncio.timeout(FLUSH_TIMEOUT):
                    await self._idle.wait()
            except TimeoutError:
                log.error("%s: %d messages were not acknowledged before stop()", self.name, self._under_way)
        await self._close()

    def _started(self, state: Literal["new", "running"]) -> bool:
        """Whether starting ends with this, as it does unless stop() came first."""
        if self._state == "starting":
            self._state = state
        return self._state == state

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._sink.close()
        except TimeoutError:
            log.warning("%s: closing took more than %.0f s and was given up", self.name, CLOSE_TIMEOUT)


def _checked(value: bytes | None, key: bytes | None, headers: Iterable[tuple[str, bytes]]) -> Headers:
    for what, given in (("value", value), ("key", key)):
        if given is not None and not isinstance(given, bytes):
            raise TypeError(
                f"send() takes {what} as bytes or None, not {type(given).__name__}: encode it first"
            )
    pairs = tuple(headers)
    for pair in pairs:
        if [type(part) for part in pair] != [str, bytes]:
            raise TypeError("send() takes headers as pairs of a name (str) and a value (bytes)")
    return pairs
