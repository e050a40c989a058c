"""The producer: one send() whatever the transport."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Literal

from transport.adapter import Sink
from transport.errors import UsageError

log = logging.getLogger("transport")

FLUSH_TIMEOUT = 30.0  # seconds stop() waits for sends under way


class Producer:
    """Sends messages and says when they are safe; made by `transport.create_producer`."""

    def __init__(self, name: str, sink: Sink) -> None:
        self.name = name
        self._sink = sink
        self._state: Literal["new", "running", "stopped"] = "new"
        self._under_way: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"<Producer {self.name} {self._state}>"

    async def start(self) -> None:
        """Connect. Errors: TransportError, and whatever was opened is closed again."""
        if self._state != "new":
            raise UsageError(
                f"{self.name}: start() was called on a producer that is {self._state}; make a new one"
            )
        await self._sink.open()
        self._state = "running"

    async def send(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None = None,
        headers: Iterable[tuple[str, bytes]] = (),
    ) -> None:
        """Return when the broker has acknowledged the message.

        Arguments:
            topic: the logical topic; its event hub comes from the configuration.
            value: None for a tombstone.
            key: messages with the same key go to the same partition, in order when each send is awaited.

        Errors: SendError if it was not acknowledged: it may or may not have been written; AccessDeniedError
        and UnknownTopicError where the broker says so. UsageError before start() and after stop(). TypeError
        for anything but bytes.
        """
        pairs = _checked(value, key, headers)
        if self._state != "running":
            raise UsageError(
                f"{self.name}: send() was called on a producer that is {self._state}: await start() first"
            )
        sending = asyncio.create_task(self._sink.send(topic, value, key, pairs))
        self._under_way.add(sending)
        sending.add_done_callback(self._sent)
        # A caller that is cancelled leaves the send to finish: stop() waits for it.
        await asyncio.shield(sending)

    def _sent(self, sending: asyncio.Task[None]) -> None:
        self._under_way.discard(sending)
        if not sending.cancelled():
            sending.exception()  # taken note of, for callers that were cancelled meanwhile

    async def stop(self) -> None:
        """Wait for the sends under way (30 s at most) and disconnect. May be called more than once."""
        self._state = "stopped"
        if self._under_way:
            _, late = await asyncio.wait(set(self._under_way), timeout=FLUSH_TIMEOUT)
            for sending in late:
                sending.cancel()
            if late:
                log.error("%s: %d messages were not acknowledged before stop()", self.name, len(late))
                await asyncio.gather(*late, return_exceptions=True)
        await self._sink.close()


def _checked(
    value: bytes | None, key: bytes | None, headers: Iterable[tuple[str, bytes]]
) -> tuple[tuple[str, bytes], ...]:
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
