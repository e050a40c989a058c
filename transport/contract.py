"""The values workers and the transport layer exchange."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

KAFKA: Final = "kafka"
EVENTHUB: Final = "eventhub"
MEMORY: Final = "memory"

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class PipelineMessage:
    """One message, the same on every transport.

    Arguments:
        topic: the logical topic (Kafka's name for it), also where the event hub is called otherwise.
        partition: number of the partition, from 0.
        offset: position in the partition; on Event Hubs the sequence number.
        timestamp: milliseconds since the epoch, as the broker (Event Hubs) or the producer (Kafka) gave it.
        key: messages with the same key stay in order; None for no key.
        value: the bytes sent; None for a tombstone.
        headers: pairs in the order sent; a name may come more than once.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


Handler = Callable[[PipelineMessage], Awaitable[None]]


class TopicPartition(NamedTuple):
    """A partition of a logical topic."""

    topic: str
    partition: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerOptions:
    """How a consumer behaves beyond the contract. Times are in seconds.

    Arguments:
        max_attempts: calls of the handler for one message before it counts as permanently bad.
        retry_first: pause before the second attempt; it doubles with each further one, with jitter.
        retry_max: longest pause between attempts.
        permanent_errors: exceptions no repetition can help, besides PermanentError.
        dead_letter: topic for permanently bad messages; True for `{topic}.dead`; False for none at all; None
            for what the configuration file says, which is none unless it names one. With none the message is
            held: its partition waits, health() says so, and the handler is tried again every `retry_max`.
        max_buffered: messages of a partition waiting in memory before its intake pauses.
        commit_interval: longest time a finished message waits to be committed.
        commit_every: finished messages that are committed without waiting for the interval.
        start_timeout: longest time start() waits for its partitions.
        drain_timeout: longest time a running handler gets to finish on stop() or when its partition moves.
        session_timeout: silence after which the group gives this consumer's partitions to others.
    """

    max_attempts: int = 5
    retry_first: float = 0.2
    retry_max: float = 30.0
    permanent_errors: tuple[type[Exception], ...] = ()
    dead_letter: str | bool | None = None
    max_buffered: int = 1000
    commit_interval: float = 0.1
    commit_every: int = 1000
    start_timeout: float = 60.0
    drain_timeout: float = 30.0
    session_timeout: float = 10.0

    def __post_init__(self) -> None:
        for name in ("max_attempts", "max_buffered", "commit_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"ConsumerOptions.{name} is {getattr(self, name)}: it must be at least 1")
        for name in ("retry_first", "retry_max", "start_timeout", "session_timeout"):
            if getattr(self, name) <= 0:
                raise ValueError(
                    f"ConsumerOptions.{name} is {getattr(self, name)}: it must be above 0 seconds"
                )
        for name in ("commit_interval", "drain_timeout"):
            if getattr(self, name) < 0:
                raise ValueError(f"ConsumerOptions.{name} is {getattr(self, name)}: it must not be negative")


@dataclass(frozen=True, slots=True)
class PartitionHealth:
    """How one assigned partition is doing.

    Arguments:
        committed: next position to be read after a restart, None before this consumer's first commit.
        buffered: messages waiting in memory.
        busy_for: seconds the current message has been worked on, retries included; None when idle.
        attempts: calls of the handler for the current message, 0 when idle.
        held: why the partition does not move on, or None.
    """

    topic: str
    partition: int
    committed: int | None
    buffered: int
    busy_for: float | None
    attempts: int
    held: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """A snapshot of a consumer.

    Arguments:
        state: where the consumer is in its life.
        ready: it has joined its group and knows its partitions.
        healthy: nothing is held, the link stands and positions are being taken.
        reason: one line for people, empty when healthy.
    """

    state: Literal["new", "starting", "running", "stopping", "stopped"]
    ready: bool
    healthy: bool
    reason: str
    partitions: tuple[PartitionHealth, ...]


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far a group has come in one partition.

    Arguments:
        committed: next position the group will read; None when it never committed here.
        end: next position to be written.
        start: oldest position still there, from which a group that never committed begins.
    """

    topic: str
    partition: int
    committed: int | None
    end: int
    start: int = 0

    @property
    def behind(self) -> int:
        """Messages written and not yet committed (an upper bound where positions have gaps)."""
        return max(0, self.end - max(self.start, self.committed or 0))
