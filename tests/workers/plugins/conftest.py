"""What the plugins' tests share: a Kafka stand-in, and a plugin worker running in the test's own process."""

import asyncio
import contextlib
import json
import time

import pytest

import transport.local
from transport import TransportConfig, browse, create_producer, lag


class Kafka:
    """A Kafka of the test's own."""

    def __init__(self, environment) -> None:
        self.environment = environment
        self.servers = environment["KAFKA_BOOTSTRAP_SERVERS"]
        self._config = TransportConfig.from_env(environment)

    async def send(self, topic: str, *values) -> None:
        """Send values as JSON, and bytes as they are, all with the same key."""
        producer = create_producer(config=self._config, domain="test", worker_name="sender")
        await producer.start()
        for value in values:
            raw = value if isinstance(value, bytes) else json.dumps(value).encode()
            await producer.send(topic, raw, key=b"k-1")
        await producer.stop()

    async def come(self, topic: str, count: int = 1) -> list[dict]:
        """The first `count` messages of a topic."""
        found: list[dict] = []
        until = time.monotonic() + 20
        async with contextlib.aclosing(browse(config=self._config, topic=topic, until=until)) as messages:
            async for message in messages:
                found.append(json.loads(message.value))
                if len(found) == count:
                    return found
        raise AssertionError(f"{len(found)} of {count} messages came to {topic}")

    async def all_is_committed(self, topic: str, group: str) -> None:
        """Return once the group has committed all that is in the topic."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            partitions = await lag(config=self._config, topic=topic, group=group)
            if partitions and sum(one.behind for one in partitions) == 0:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{group} is behind in {topic}")

    async def nothing_came(self, topic: str) -> None:
        """Assert that no message with our key is in the topic: what we send there now is the first."""
        await self.send(topic, "the first here")
        assert await self.come(topic) == ["the first here"]


@pytest.fixture
def kafka():
    with transport.local.kafka() as broker:
        yield Kafka(broker.environment)


@pytest.fixture
def running():
    """Runs a worker as the runtime does, for as long as a block takes."""

    @contextlib.asynccontextmanager
    async def run(worker):
        work = None
        try:
            await worker.start()
            work = asyncio.create_task(worker.run()) if hasattr(worker, "run") else None
            yield worker
        finally:
            await worker.stop()
            if work is not None:
                await asyncio.wait_for(work, 20)

    return run
