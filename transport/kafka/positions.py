"""Looks at Kafka from outside any group: how far a group is, and what a topic holds."""

import asyncio
import time
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient

from transport.adapter import Extent, Progress
from transport.config import TransportConfig
from transport.contract import PartitionLag, PipelineMessage, TopicPartition
from transport.kafka.client import message, settings, start, translated
from transport.kafka.names import ours, theirs
from transport.watermark import Mark

POLL = 0.2  # seconds


async def lag(config: TransportConfig, topic: str, group: str) -> tuple[PartitionLag, ...]:
    """See transport.lag."""
    with translated(f"asking how far {group} is in {topic}", config):
        async with _Reader(config) as reader:
            if not (places := await reader.partitions(topic)):
                return ()
            # Positions before ends: a group at work then shows a bit too far behind, never ahead.
            committed = await stored(config, group, (ours(config.routes, place) for place in places))
            starts = await reader.client.beginning_offsets(places)
            ends = await reader.client.end_offsets(places)
    return tuple(
        PartitionLag(
            topic,
            place.partition,
            committed[mine].mark.offset + 1 if mine in committed else None,
            ends[place],
            starts[place],
        )
        for place in places
        for mine in [ours(config.routes, place)]
    )


async def stored(
    config: TransportConfig, group: str, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, Progress]:
    """What a group committed, asked without becoming a member of it."""
    places = [theirs(config.routes, place) for place in partitions]
    admin = AIOKafkaAdminClient(**settings(config))
    try:
        await start(admin, config)
        name = config.routes.kafka_group(group)
        found = await admin.list_consumer_group_offsets(name, partitions=places)
    finally:
        await admin.close()
    return {
        ours(config.routes, place): Progress(Mark(one.offset - 1), one.metadata)
        for place, one in found.items()
        if one.offset >= 0
    }


class KafkaGauge:
    """Asks how far partitions are written, by a consumer without a group."""

    def __init__(self, config: TransportConfig) -> None:
        self._config = config
        self._reader: _Reader | None = None

    async def extents(self, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, Extent]:
        places = [theirs(self._config.routes, place) for place in partitions]
        try:
            with translated("asking how far partitions are written", self._config):
                if self._reader is None:
                    self._reader = await _Reader(self._config).__aenter__()
                client = self._reader.client
                client.assign(places)
                client.pause(*places)
                starts = await client.beginning_offsets(places)
                ends = await client.end_offsets(places)
        except BaseException:
            await self.close()
            raise
        routes = self._config.routes
        return {ours(routes, place): Extent(starts[place], ends[place]) for place in places}

    async def close(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            with translated("closing what asks for positions", self._config):
                await reader.client.stop()


async def browse(config: TransportConfig, topic: str, until: float) -> AsyncGenerator[PipelineMessage, None]:
    """See transport.browse."""
    with translated(f"reading {config.routes.kafka_topic(topic)}", config):
        async with _Reader(config) as reader:
            while not (places := await reader.partitions(topic)):
                if time.monotonic() >= until:
                    return
                await asyncio.sleep(POLL)
            reader.client.assign(places)
            await reader.client.seek_to_beginning(*places)
            while True:
                left = until - time.monotonic()
                wait = round(min(max(left, 0), POLL) * 1000)
                for records in (await reader.client.getmany(timeout_ms=wait)).values():
                    for record in records:
                        yield message(record, topic)
                if left <= 0:
                    return


class _Reader:
    """A consumer without a group."""

    def __init__(self, config: TransportConfig) -> None:
        self._config = config
        self.client = AIOKafkaConsumer(
            **settings(config), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
        )

    async def __aenter__(self) -> "_Reader":
        try:
            await start(self.client, self._config)
        except BaseException:
            await self.client.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.stop()

    async def partitions(self, topic: str) -> list[KafkaPartition]:
        """The partitions of a topic as Kafka calls them, none if it does not exist yet."""
        name = self._config.routes.kafka_topic(topic)
        # Listing all topics creates none; naming one may. So its name is only used once it is on the list.
        if name not in await self.client.topics():
            return []
        first = KafkaPartition(name, 0)
        self.client.assign([first])
        self.client.pause(first)
        await self.client.end_offsets([first])  # waits for the client to know the topic
        return [
            KafkaPartition(name, number) for number in sorted(self.client.partitions_for_topic(name) or {0})
        ]
