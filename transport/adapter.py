"""What the engine asks of an adapter, and what an adapter may tell the engine."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import NamedTuple, Protocol

from transport.contract import Headers, PipelineMessage, TopicPartition
from transport.watermark import Mark


class Progress(NamedTuple):
    """How far a group is in a partition, as it is stored.

    Arguments:
        mark: the last message before which, itself included, everything is finished.
        beyond: what is finished beyond it, as text only the engine reads; at most BEYOND_LIMIT bytes.
    """

    mark: Mark
    beyond: str = ""


class Extent(NamedTuple):
    """What a partition holds: the oldest position still there, and the next one to be written."""

    start: int
    end: int


BEYOND_LIMIT = 4096  # bytes Kafka takes as a commit's metadata


class Intake(Protocol):
    """The engine's side: adapters tell it what happened and never run a handler themselves."""

    def assigned(self, partitions: Mapping[TopicPartition, Progress | None]) -> None:
        """These partitions are ours from now on; their messages may follow. Never waits.

        Arguments:
            partitions: each with what is stored for it, behind which its messages begin; None for nothing.
        """

    async def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        """These partitions go away. Returns when running handlers are done and positions are committed."""

    def deliver(
        self, partition: TopicPartition, messages: Sequence[PipelineMessage], cursors: Sequence[str] = ()
    ) -> bool:
        """Queue messages, their offsets ascending; False if the partition is not ours: none was taken.

        Arguments:
            cursors: the broker's own word for each message's place, where it has one.
        """


class Source(Protocol):
    """A connection that receives for a group. Every method raises TransportError and nothing else."""

    async def open(self) -> None:
        """Connect and join; returns when the first assignment was told to the intake.

        A failed open has closed whatever it opened.
        """

    async def run(self) -> None:
        """Feed the intake until cancelled. Raises when the connection is beyond repair."""

    def pause(self, partition: TopicPartition) -> None:
        """Deliver nothing more of this partition until it is resumed, as soon as that is possible."""

    def resume(self, partition: TopicPartition) -> None:
        """Deliver again."""

    async def position(self, partition: TopicPartition) -> int | None:
        """Next position to be received, where the client knows better than its messages tell; else None."""

    @property
    def trouble(self) -> str:
        """What the connection suffers from while it goes on by itself, or nothing."""

    async def commit(self, finished: Mapping[TopicPartition, Progress]) -> None:
        """Store that everything up to and including these marks is finished, and what is beyond them."""

    async def close(self) -> None:
        """Leave the group and close the connection. May be called more than once."""


class Gauge(Protocol):
    """A connection of its own that asks how far partitions go: it tells a dead link from a quiet topic.

    It connects when it is first asked, and again after a failure.
    """

    async def extents(self, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, Extent]:
        """The extent of each of these partitions that exists. Raises TransportError."""

    async def close(self) -> None:
        """Close the connection. May be called more than once."""


class Sink(Protocol):
    """A connection that sends."""

    async def open(self) -> None:
        """Connect. A failed open has closed whatever it opened."""

    async def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        """Return when the broker has acknowledged the message, else raise."""

    async def close(self) -> None:
        """Close the connection. May be called more than once."""


def received(
    topic: str,
    partition: int,
    offset: int,
    timestamp: int,
    key: bytes | None,
    value: bytes | None,
    headers: Headers,
) -> PipelineMessage:
    """A PipelineMessage, in half the time its constructor takes: that goes a long way as it is frozen."""
    message = _new(PipelineMessage)
    _topic(message, topic)
    _partition(message, partition)
    _offset(message, offset)
    _timestamp(message, timestamp)
    _key(message, key)
    _value(message, value)
    _headers(message, headers)
    return message


_new = object.__new__
_topic, _partition, _offset, _timestamp, _key, _value, _headers = (
    getattr(PipelineMessage, field.name).__set__ for field in fields(PipelineMessage)
)
Connect = Callable[[Intake], Source]
