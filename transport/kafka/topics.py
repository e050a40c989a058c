"""Makes and removes topics, for those who own their names."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from transport.config import TransportConfig
from transport.kafka.client import settings, start, translated

COPIES = 3  # of each partition, where there are as many brokers
SECONDS = 30.0


async def make(config: TransportConfig, topics: Sequence[str], partitions: int) -> None:
    """Make topics, at least one; those that are there stay as they are.

    Errors: TransportError.
    """
    others = f" and {len(topics) - 1} more" if len(topics) > 1 else ""
    async with _admin(config, f"making {topics[0]}{others}") as admin:
        brokers = (await admin.describe_cluster())["brokers"]
        copies = min(COPIES, len(brokers))
        made = await admin.create_topics([NewTopic(topic, partitions, copies) for topic in topics])
        for topic, code, *_ in made.topic_errors:
            if code not in (0, TopicAlreadyExistsError.errno):
                raise for_code(code)(topic)


async def remove(config: TransportConfig, prefix: str) -> None:
    """Remove the topics whose names begin with `prefix`, with all they hold.

    Errors: ValueError for an empty prefix, which would be every topic's; TransportError.
    """
    if not prefix:
        raise ValueError("remove() takes the beginning of names, and an empty one begins every name")
    async with _admin(config, f"removing the topics that begin with {prefix}") as admin:
        own = [topic for topic in await admin.list_topics() if topic.startswith(prefix)]
        if own:
            await admin.delete_topics(own)


@asynccontextmanager
async def _admin(config: TransportConfig, doing: str) -> AsyncIterator[AIOKafkaAdminClient]:
    with translated(doing, config):
        admin = AIOKafkaAdminClient(**settings(config))
        try:
            async with asyncio.timeout(SECONDS):
                await start(admin, config)
                yield admin
        finally:
            await admin.close()
