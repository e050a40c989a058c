"""A broker in memory, for tests: topics, partitions, groups that rebalance, and faults on demand.

It keeps the same contract as the real ones and passes the same tests. It lives in one event loop.
"""

import asyncio
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import replace
from operator import attrgetter

from transport.adapter import Extent, Intake, Progress
from transport.config import TransportConfig
from transport.contract import MEMORY, Headers, PartitionLag, PipelineMessage, TopicPartition
from transport.errors import BrokerUnavailableError, CommitError, SendError
from transport.partitioning import partition_of
from transport.routes import Routes

BATCH = 500
_offset = attrgetter("offset")


class MemoryBroker:
    """Topics that live as long as this object.

    Arguments:
        partitions: number of partitions of a topic that is created by its first use.

    Faults, to be set by tests:
        down: nobody can connect, and who is connected loses the connection.
        refused_commits: how many of the next commits are refused.
        message_limit: bytes a message may have with its key and headers, 1 MiB as on the real ones.
    """

    def __init__(self, partitions: int = 4) -> None:
        self.partitions = partitions
        self.down = False
        self.refused_commits = 0
        self.message_limit = 1_048_576
        self._topics: dict[str, list[list[PipelineMessage]]] = {}
        self._skipped: dict[TopicPartition, int] = defaultdict(int)
        self._groups: dict[str, Group] = {}
        self._turn = 0
        self.changed = asyncio.Event()  # set, and replaced, when something happened

    def config(self, routes: Routes | None = None) -> TransportConfig:
        """The configuration that leads to this broker."""
        return TransportConfig(transport=MEMORY, memory=self, routes=routes or Routes())

    def create_topic(self, topic: str, partitions: int) -> None:
        self._topics[topic] = [[] for _ in range(partitions)]

    def topic(self, name: str) -> list[list[PipelineMessage]]:
        """The messages of each partition of a topic, created if it is not there."""
        if name not in self._topics:
            self.create_topic(name, self.partitions)
        return self._topics[name]

    def exists(self, topic: str) -> bool:
        return topic in self._topics

    def skip(self, partition: TopicPartition, positions: int) -> None:
        """Leave a gap before the partition's next message, as compaction does."""
        self._skipped[partition] += positions

    def end(self, partition: TopicPartition) -> int:
        """Next position to be written."""
        written = self.topic(partition.topic)[partition.partition]
        return (written[-1].offset + 1 if written else 0) + self._skipped[partition]

    def append(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        if self.down:
            raise SendError("the memory broker is down")
        size = sum(
            len(part) for part in (value or b"", key or b"", *(part for pair in headers for part in pair))
        )
        if size > self.message_limit:
            raise SendError(
                f"sending to {topic}: the message is larger than the {self.message_limit} bytes that the "
                f"memory broker takes: it has {size}"
            )
        partitions = self.topic(topic)
        if key is None:
            self._turn += 1
        number = partition_of(key, len(partitions)) if key is not None else self._turn % len(partitions)
        place = TopicPartition(topic, number)
        offset = self.end(place)
        self._skipped[place] = 0
        partitions[number].append(
            PipelineMessage(topic, number, offset, time.time_ns() // 1_000_000, key, value, headers)
        )
        self.stir()

    def group(self, name: str) -> "Group":
        return self._groups.setdefault(name, Group(self))

    def stir(self) -> None:
        """Wake everyone who waits for something to happen."""
        self.changed.set()
        self.changed = asyncio.Event()


class Group:
    """A consumer group: who is in it, who has which partition, and how far it has come."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.committed: dict[TopicPartition, Progress] = {}
        self._broker = broker
        self._members: list[MemorySource] = []
        self._one_at_a_time = asyncio.Lock()

    async def join(self, member: "MemorySource") -> None:
        async with self._one_at_a_time:
            try:
                await self._give_back()
                self._members.append(member)
            finally:  # who gives up joining leaves the others what they had
                self._hand_out()

    async def leave(self, member: "MemorySource") -> None:
        if member in self._members:  # at once, so that who gives up leaving has left
            self._members.remove(member)
            member.positions.clear()
            async with self._one_at_a_time:
                try:
                    await self._give_back()
                finally:
                    self._hand_out()

    async def _give_back(self) -> None:
        await asyncio.gather(*(member.give_back() for member in self._members))

    def _hand_out(self) -> None:
        topics = sorted({topic for member in self._members for topic in member.topics})
        for topic in topics:
            takers = [member for member in self._members if topic in member.topics]
            for number in range(len(self._broker.topic(topic))):
                place = TopicPartition(topic, number)
                stored = self.committed.get(place)
                takers[number % len(takers)].positions[place] = stored.mark.offset + 1 if stored else 0
        for member in self._members:
            member.intake.assigned({place: self.committed.get(place) for place in sorted(member.positions)})
        self._broker.stir()


class MemorySource:
    """Receives from a MemoryBroker for a group."""

    def __init__(self, broker: MemoryBroker, group: str, topics: tuple[str, ...], intake: Intake) -> None:
        self.topics = topics
        self.intake = intake
        self.positions: dict[TopicPartition, int] = {}
        self._broker = broker
        self._group = broker.group(group)
        self._paused: set[TopicPartition] = set()

    async def open(self) -> None:
        if self._broker.down:
            raise BrokerUnavailableError("the memory broker is down")
        await self._group.join(self)

    async def run(self) -> None:
        while not self._broker.down:
            if not self._fetch():
                await self._broker.changed.wait()
            await asyncio.sleep(0)
        raise BrokerUnavailableError("the memory broker is down")

    def _fetch(self) -> bool:
        """Deliver the next messages of every partition that is not paused; False if there were none."""
        some = False
        for place, position in list(self.positions.items()):
            if place in self._paused:
                continue
            written = self._broker.topic(place.topic)[place.partition]
            begin = bisect_left(written, position, key=_offset)
            batch = written[begin : begin + BATCH]
            if batch:
                some = True
                if self.intake.deliver(place, batch):
                    self.positions[place] = batch[-1].offset + 1
        return some

    def pause(self, partition: TopicPartition) -> None:
        self._paused.add(partition)

    def resume(self, partition: TopicPartition) -> None:
        self._paused.discard(partition)
        self._broker.stir()

    async def position(self, partition: TopicPartition) -> int | None:
        return self.positions.get(partition)

    @property
    def trouble(self) -> str:
        return ""

    async def commit(self, finished: Mapping[TopicPartition, Progress]) -> None:
        if self._broker.down:
            raise CommitError("the memory broker is down")
        if self._broker.refused_commits > 0:
            self._broker.refused_commits -= 1
            raise CommitError("the memory broker refuses commits")
        if strangers := [str(place) for place in finished if place not in self.positions]:
            raise CommitError(f"{', '.join(strangers)} belongs to another member now")
        self._group.committed.update(finished)

    async def give_back(self) -> None:
        """Hand every partition back, after the engine is done with it."""
        await self.intake.revoked(list(self.positions))
        self.positions.clear()
        self._paused.clear()

    async def close(self) -> None:
        await self._group.leave(self)


class MemoryGauge:
    """Asks a MemoryBroker how far partitions are written."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def extents(self, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, Extent]:
        if self._broker.down:
            raise BrokerUnavailableError("the memory broker is down")
        return {place: Extent(0, self._broker.end(place)) for place in partitions}

    async def close(self) -> None:
        """Nothing is open."""


class MemorySink:
    """Sends to a MemoryBroker."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def open(self) -> None:
        if self._broker.down:
            raise BrokerUnavailableError("the memory broker is down")

    async def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        await asyncio.sleep(0)  # as a broker would, let others run before the acknowledgement
        self._broker.append(topic, value, key, headers)

    async def close(self) -> None:
        """Nothing is open."""


async def lag(broker: MemoryBroker, topic: str, group: str) -> tuple[PartitionLag, ...]:
    """See transport.lag."""
    if not broker.exists(topic):
        return ()
    committed = broker.group(group).committed
    places = [TopicPartition(topic, number) for number in range(len(broker.topic(topic)))]
    return tuple(
        PartitionLag(
            topic,
            place.partition,
            committed[place].mark.offset + 1 if place in committed else None,
            broker.end(place),
        )
        for place in places
    )


async def browse(broker: MemoryBroker, topic: str, until: float) -> AsyncGenerator[PipelineMessage, None]:
    """See transport.browse."""
    seen: dict[int, int] = {}
    while True:
        changed = broker.changed  # taken before looking, so that nothing that comes meanwhile is overlooked
        for number, written in enumerate(broker.topic(topic) if broker.exists(topic) else []):
            for message in [one for one in written if one.offset >= seen.get(number, 0)]:
                seen[number] = message.offset + 1
                yield replace(message)
        left = until - time.monotonic()
        if left <= 0:
            return
        try:
            async with asyncio.timeout(left):
                await changed.wait()
        except TimeoutError:
            continue
