"""Two ways to fetch a file for each message of a Kafka topic: the old loop, and the transport layer."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord

from transport import ConsumerOptions, PipelineMessage, TransportConfig, create_consumer, create_producer

AT_ONCE = 10
Fetch = Callable[[str], Awaitable[None]]


async def send(environment: Mapping[str, str], topic: str, addresses: list[str]) -> None:
    """Put a message for each file into a topic, each under a key of its own."""
    config = TransportConfig.from_env(environment)
    producer = create_producer(config=config, domain="benchmarks", worker_name="sender")
    await producer.start()
    await asyncio.gather(*(producer.send(topic, one.encode(), key=one.encode()) for one in addresses))
    await producer.stop()


class Clock:
    """Fetches `count` files, and knows how long that took since the first began, joining left out."""

    def __init__(self, fetch: Fetch, count: int) -> None:
        self._fetch = fetch
        self._left = count
        self._began: float | None = None
        self.seconds: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def fetch(self, address: bytes | None) -> None:
        """Fetch the file that a message's value names."""
        if self._began is None:
            self._began = time.perf_counter()
        await self._fetch((address or b"").decode())
        self._left -= 1
        if self._left == 0:
            self.seconds.set_result(time.perf_counter() - self._began)


async def by_the_old_loop(environment: Mapping[str, str], topic: str, clock: Clock) -> float:
    """Seconds of the loop that claimx/download_worker had before its migration.

    It starts downloads in the background and commits their batch at once. What that loses on a kill is in
    docs/before-the-migration.md; here only its speed counts.
    """
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=environment["KAFKA_BOOTSTRAP_SERVERS"],
        group_id=topic,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=20,
    )
    semaphore, in_flight = asyncio.Semaphore(AT_ONCE), set[asyncio.Task[None]]()

    async def process(record: ConsumerRecord) -> None:
        try:
            await clock.fetch(record.value)
        finally:
            semaphore.release()

    await consumer.start()
    try:
        while not clock.seconds.done():
            batches = await consumer.getmany(timeout_ms=500, max_records=20)
            for record in (record for records in batches.values() for record in records):
                await semaphore.acquire()
                task = asyncio.create_task(process(record))
                in_flight.add(task)
                task.add_done_callback(in_flight.discard)
            if batches:
                await consumer.commit()
    finally:
        await consumer.stop()
    return await clock.seconds


async def by_the_transport_layer(environment: Mapping[str, str], topic: str, clock: Clock) -> float:
    """Seconds of the way the download workers have now: committed only what is done."""

    async def handle(message: PipelineMessage) -> None:
        await clock.fetch(message.value)

    consumer = await create_consumer(
        config=TransportConfig.from_env(environment),
        domain="benchmarks",
        worker_name=topic,
        topics=[topic],
        message_handler=handle,
        options=ConsumerOptions(ordering="key", max_in_flight=AT_ONCE),
    )
    try:
        await consumer.start()
        return await clock.seconds
    finally:
        await consumer.stop()
