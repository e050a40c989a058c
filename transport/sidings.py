"""Retry topics and dead letters: where messages go that leave their partition unfinished, and back."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from transport import clock
from transport.adapter import Sink
from transport.contract import Headers, PipelineMessage
from transport.errors import TransportError

TOPIC, PARTITION, OFFSET = "x-origin-topic", "x-origin-partition", "x-origin-offset"
TIMESTAMP, ATTEMPTS, REASON = "x-origin-timestamp", "x-attempts", "x-reason"
GROUP, DUE = "x-retry-group", "x-retry-due"
PREFIX = "x-origin-prefix"  # of all names, where there is one: the topic is named without it
ORIGIN = (TOPIC, PARTITION, OFFSET, ATTEMPTS, REASON, PREFIX)  # what a dead letter tells
OURS = frozenset({*ORIGIN, TIMESTAMP, GROUP, DUE})
REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Exit:
    """A topic a message leaves to; `wait` is in seconds, None for the dead letters."""

    topic: str
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """Out of a retry topic: the message as it was, when it is due (seconds since the epoch), its story."""

    message: PipelineMessage
    due: float
    attempts: int
    stage: int


class Sidings:
    """Writes to retry topics and dead letters over a connection of its own, opened at the first message.

    Retry topics may be shared: a message there names the group it is for, and others pass it over.

    Arguments:
        group: who reads and writes here.
        dead: the dead-letter topic of each topic that has one.
        retries: the retry topics, one after the other.
        prefix: what all names here begin with at the broker.
    """

    def __init__(
        self,
        connect: Callable[[], Sink] | None = None,
        group: str = "",
        dead: Mapping[str, str] | None = None,
        retries: Sequence[Exit] = (),
        prefix: str = "",
    ) -> None:
        self.waits = {one.topic: one.wait for one in retries if one.wait is not None}
        self._group = group
        self._prefix = ((PREFIX, prefix.encode()),) if prefix else ()
        self._dead = dead or {}
        self._retries = retries
        self._stages = {one.topic: stage for stage, one in enumerate(retries, start=1)}
        self._connect = connect
        self._sink: Sink | None = None
        self._opening = asyncio.Lock()

    def exit(self, topic: str, stage: int, permanent: bool) -> Exit | None:
        """Where a bad message of a topic goes after `stage` retry topics; None if there is nothing left."""
        if not permanent and stage < len(self._retries):
            return self._retries[stage]
        return Exit(self._dead[topic]) if topic in self._dead else None

    async def put(
        self, message: PipelineMessage, to: Exit, attempts: int, failure: BaseException | None
    ) -> None:
        """Return when the broker has acknowledged the message there.

        Errors: TransportError; the message must not be committed then.
        """
        headers = story(message, attempts, failure) + self._prefix
        if to.wait is not None:
            more = {
                TIMESTAMP: str(message.timestamp),
                GROUP: self._group,
                DUE: str(round((clock.wall() + to.wait) * 1000)),
            }
            headers += tuple((name, text.encode()) for name, text in more.items())
        sink = await self._opened()
        await sink.send(to.topic, message.value, message.key, headers)

    def read(self, message: PipelineMessage) -> Parked | None:
        """A message out of a retry topic as it was before; None if it is not for this group."""
        told = {name: value.decode("utf-8", "replace") for name, value in message.headers if name in OURS}
        if told.get(GROUP) != self._group or self._group == "":
            return None
        own = tuple(pair for pair in message.headers if pair[0] not in OURS)
        return Parked(
            replace(
                message,
                topic=told.get(TOPIC, message.topic),
                partition=_number(told.get(PARTITION), message.partition),
                offset=_number(told.get(OFFSET), message.offset),
                timestamp=_number(told.get(TIMESTAMP), message.timestamp),
                headers=own,
            ),
            _number(told.get(DUE), 0) / 1000,
            _number(told.get(ATTEMPTS), 0),
            self._stages[message.topic],
        )

    async def close(self) -> None:
        """Close the connection. May be called more than once."""
        if self._sink is not None:
            sink, self._sink = self._sink, None
            await sink.close()

    async def _opened(self) -> Sink:
        async with self._opening:
            if self._sink is None:
                if self._connect is None:
                    raise TransportError("there is no connection to write retry topics and dead letters by")
                sink = self._connect()
                await sink.open()
                self._sink = sink
            return self._sink


def story(message: PipelineMessage, attempts: int, failure: BaseException | None) -> Headers:
    """The message's own headers, then where it came from, how often it was tried, and why it failed.

    What an earlier stay wrote is replaced, so that a message tells its latest story only.
    """
    told = {
        TOPIC: message.topic,
        PARTITION: str(message.partition),
        OFFSET: str(message.offset),
        ATTEMPTS: str(attempts),
        REASON: f"{type(failure).__name__}: {words(failure)}"[:REASON_LENGTH],
    }
    own = tuple(pair for pair in message.headers if pair[0] not in OURS)
    return (*own, *((name, text.encode("utf-8", "replace")) for name, text in told.items()))


def words(failure: BaseException | None) -> str:
    """What an error says; some cannot, and their messages must not be lost for that."""
    try:
        return str(failure)
    except Exception as error:
        return f"its text cannot be made: {type(error).__name__}"


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else otherwise
