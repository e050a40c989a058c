"""Looks at Kafka from outside any group: how far a group is, and what a topic holds."""

import asyncio
import time
from collections.abc import AsyncGenerator

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from transport.config import TransportConfig
from transport.contract import PartitionLag, PipelineMessage
from transport.kafka.client import message, settings, translated

POLL = 0.2  # seconds


async def lag(config: TransportConfig, topic: str, group: str) -> tuple[PartitionLag, ...]:
    """See transport.lag."""
    with translated(f"asking how far {group} is in {topic}", config):
        async with _Reader(config) as reader:
            if not (places := await reader.partitions(topic)):
                return ()
            # Positions before ends: a group at work then shows a bit too far behind, never ahead.
            committed = await _committed(config, group, places)
            starts = await reader.client.beginning_offsets(places)
            ends = await reader.client.end_offsets(places)
    return tuple(
        PartitionLag(topic, place.partition, committed.get(place), ends[place], starts[place])
        for place in places
    )


async def _committed(
    config: TransportConfig, group: str, places: list[TopicPartition]
) -> dict[TopicPartition, int]:
    """What a group committed, asked without becoming a member of it."""
    admin = AIOKafkaAdminClient(**settings(config))
    try:
        await admin.start()
        stored = await admin.list_consumer_group_offsets(group, partitions=places)
    finally:
        await admin.close()
    return {place: found.offset for place, found in stored.items() if found.offset >= 0}


async def browse(config: TransportConfig, topic: str, until: float) -> AsyncGenerator[PipelineMessage, None]:
    """See transport.browse."""
    with translated(f"reading {topic}", config):
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
                        yield message(record)
                if left <= 0:
                    return


class _Reader:
    """A consumer without a group."""

    def __init__(self, config: TransportConfig) -> None:
        self.client = AIOKafkaConsumer(
            **settings(config), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
        )

    async def __aenter__(self) -> "_Reader":
        try:
            await self.client.start()
        except BaseException:
            await self.client.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.stop()

    async def partitions(self, topic: str) -> list[TopicPartition]:
        """The topic's partitions, none if it does not exist yet."""
        # Listing all topics creates none; naming one may. So its name is only used once it is on the list.
        if topic not in await self.client.topics():
            return []
        first = TopicPartition(topic, 0)
        self.client.assign([first])
        self.client.pause(first)
        await self.client.end_offsets([first])  # waits for the client to know the topic
        return [
            TopicPartition(topic, number) for number in sorted(self.client.partitions_for_topic(topic) or {0})
        ]
