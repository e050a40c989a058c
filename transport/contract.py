"""The values workers and the transport layer exchange."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

KAFKA: Final = "kafka"
EVENTHUB: Final = "eventhub"
MEMORY: Final = "memory"

Headers = tuple[tuple[str, bytes], ...]
Ordering: TypeAlias = Literal["partition", "key", "unordered"]


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
        ordering: what waits for what. `partition`: one message of a partition at a time. `key`: one message
            of a key at a time, and messages without a key wait for nobody. `unordered`: nothing waits.
        max_in_flight: messages handled at the same time, over all partitions.
        max_buffered: messages of a partition waiting in memory before its intake pauses.
        max_attempts: calls of the handler for one message before it counts as permanently bad.
        retry_first: pause before the second attempt; it doubles with each further one, with jitter.
        retry_max: longest pause between attempts.
        permanent_errors: exceptions no repetition can help, besides PermanentError.
        retry_after: the waits of a message that failed `max_attempts` times, one after the other, each in a
            retry topic of its own; () for none; None for what the configuration file says of the domain.
        dead_letter: topic for permanently bad messages; True for `{topic}.dead`; False for none at all; None
            for what the configuration file says, which is none unless it names one. With none the message is
            held: it waits, health() says so, and the handler is tried again every `retry_max`.
        breaker_ratio: share of failed messages from which on something they all need counts as down: nothing
            is put away then, and one message is tried now and again until one succeeds. None for no breaker.
        breaker_messages: failed messages it takes at least.
        breaker_window: how long a failure counts.
        commit_interval: longest time a finished message waits to be committed.
        commit_every: finished messages of a partition that are committed without waiting for the interval.
        stall_after: how long messages may lie in the broker without reaching us before the connection counts
            as dead and is built anew.
        slow_after: how long a message may be worked on before health() says so.
        start_timeout: longest time start() waits for its partitions.
        drain_timeout: longest time a running handler gets to finish on stop() or when its partition moves.
        session_timeout: silence after which the group gives this consumer's partitions to others.
    """

    ordering: Ordering = "partition"
    max_in_flight: int = 256
    max_buffered: int = 1000
    max_attempts: int = 5
    retry_first: float = 0.2
    retry_max: float = 30.0
    permanent_errors: tuple[type[Exception], ...] = ()
    retry_after: tuple[float, ...] | None = None
    dead_letter: str | bool | None = None
    breaker_ratio: float | None = 0.5
    breaker_messages: int = 10
    breaker_window: float = 60.0
    commit_interval: float = 0.1
    commit_every: int = 1000
    stall_after: float = 30.0
    slow_after: float = 300.0
    start_timeout: float = 60.0
    drain_timeout: float = 30.0
    session_timeout: float = 10.0

    def __post_init__(self) -> None:
        if self.ordering not in (choices := get_args(Ordering)):
            raise ValueError(
                f"ConsumerOptions.ordering is {self.ordering!r}: it must be one of {', '.join(choices)}"
            )
        for name in COUNTS:
            if not isinstance(count := getattr(self, name), int) or count < 1:
                raise ValueError(
                    f"ConsumerOptions.{name} is {count}: it must be a whole number and at least 1"
                )
        for name in ABOVE_ZERO:
            if not 0 < getattr(self, name) < inf:
                raise ValueError(
                    f"ConsumerOptions.{name} is {getattr(self, name)}: "
                    "it must be above 0 seconds and less than for ever"
                )
        for name in ("commit_interval", "drain_timeout"):
            if not 0 <= getattr(self, name) < inf:
                raise ValueError(
                    f"ConsumerOptions.{name} is {getattr(self, name)}: "
                    "it must be at least 0 seconds and less than for ever"
                )
        if self.retry_after is not None and not all(0 < wait < inf for wait in self.retry_after):
            raise ValueError(
                f"ConsumerOptions.retry_after is {self.retry_after}: "
                "each wait must be above 0 seconds and less than for ever"
            )
        if self.breaker_ratio is not None and not 0 < self.breaker_ratio <= 1:
            raise ValueError(
                f"ConsumerOptions.breaker_ratio is {self.breaker_ratio}: it must be above 0 and at most 1"
            )


COUNTS = ("max_in_flight", "max_buffered", "max_attempts", "breaker_messages", "commit_every")
ABOVE_ZERO = (
    "retry_first",
    "retry_max",
    "breaker_window",
    "stall_after",
    "slow_after",
    "start_timeout",
    "session_timeout",
)


@dataclass(frozen=True, slots=True)
class PartitionHealth:
    """How one assigned partition is doing. Times are in seconds.

    Arguments:
        committed: next position to be read after a restart, None if none was ever committed.
        committed_ago: time since this consumer's latest commit, None before its first.
        lag: messages written and not committed yet (an upper bound); None until the broker was asked.
        buffered: messages waiting in memory.
        in_flight: handlers running.
        retrying: messages that failed and wait for what comes next.
        busy_for: time the oldest message has been worked on, retries included; None when idle.
        busy_with: that message's place and key, for people; empty when idle.
        attempts: calls of the handler for that message, 0 when idle.
        held: why a message does not move on, or None.
    """

    topic: str
    partition: int
    committed: int | None
    committed_ago: float | None
    lag: int | None
    buffered: int
    in_flight: int
    retrying: int
    busy_for: float | None
    busy_with: str
    attempts: int
    held: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """A snapshot of a consumer.

    Arguments:
        state: where the consumer is in its life.
        live: it does what it can by itself; when it is not, only a restart of the process helps.
        ready: it has joined its group and knows its partitions; there may be none for it at present.
        healthy: nothing is held or stuck, the link stands and positions are being taken.
        reason: one line for people, empty when healthy.
    """

    state: Literal["new", "starting", "running", "stopping", "stopped"]
    live: bool
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
