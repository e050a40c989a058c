"""Benches: a transport under test with what a test does to it, the same for each of them."""

import asyncio
import contextlib
import os
import stat
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import pytest
from azure.storage.blob.aio import ContainerClient
from confluent_kafka import Producer as TransactionalProducer

import transport.local
from tests.broker.azurite import Azurite
from transport import (
    EVENTHUB,
    KAFKA,
    Consumer,
    ConsumerOptions,
    Handler,
    Producer,
    TransportConfig,
    create_consumer,
    create_producer,
    group_name,
    lag,
)
from transport.contract import TopicPartition
from transport.eventhub.stores import store
from transport.memory import MemoryBroker
from transport.routes import DEFAULT_CONSUMER_GROUP, Domain, Routes
from transport.settings.eventhub import without_container

pytest.register_assert_rewrite("tests.transport.contract")

QUICK = {
    "retry_first": 0.02,
    "retry_max": 0.1,
    "commit_interval": 0.02,
    "drain_timeout": 10.0,
    "session_timeout": 3.0,
}


async def until(condition: Callable[[], bool | Awaitable[bool]], deadline: float = 20.0) -> None:
    """Poll until a condition holds; fail at the deadline (seconds)."""
    async with asyncio.timeout(deadline):
        while True:
            held = condition()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(0.01)


def abort(servers: str, topic: str) -> None:
    """Write a message in a transaction and abort it: neither it nor the marker is delivered."""
    producer = TransactionalProducer({"bootstrap.servers": servers, "transactional.id": uuid.uuid4().hex})
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce(topic, b"never", key=b"key")
    producer.flush(20)
    producer.abort_transaction(20)


@dataclass
class Bench:
    """One transport, and consumers and producers on it that are stopped when the test is over."""

    config: TransportConfig
    broker: Literal["memory", "stand-in", "real"]
    environment: dict[str, str] = field(default_factory=dict)
    worker: str = field(default_factory=lambda: f"worker-{uuid.uuid4().hex[:8]}")
    _open: list[Consumer | Producer] = field(default_factory=list)
    _sender: Producer | None = None

    @property
    def name(self) -> str:
        return self.config.transport

    until = staticmethod(until)

    def topic(self) -> str:
        """A topic nobody has used."""
        return f"t-{uuid.uuid4().hex[:12]}"

    @property
    def group(self) -> str:
        return DEFAULT_CONSUMER_GROUP if self.name == EVENTHUB else group_name("tests", self.worker)

    def nowhere(self) -> TransportConfig:
        """The same transport, and nobody there."""
        if self.config.memory is not None:
            self.config.memory.down = True
            return self.config
        address = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "EVENTHUB_CUSTOM_ENDPOINT": "sb://127.0.0.1:1"}
        return TransportConfig.from_env({**self.environment, **address})

    async def skip(self, topic: str) -> None:
        """Leave positions without messages before the next message of each partition that has any."""
        if self.config.memory is not None:
            for number in range(len(self.config.memory.topic(topic))):
                if self.config.memory.end(place := TopicPartition(topic, number)):
                    self.config.memory.skip(place, 100)
        elif self.name == EVENTHUB:
            pytest.skip("sequence numbers have no gaps on Event Hubs")
        elif self.broker == "stand-in":
            pytest.skip("the stand-in neither compacts nor marks the ends of transactions")
        else:
            await asyncio.to_thread(abort, self.config.bootstrap_servers, topic)

    async def make(
        self, topic: str, handler: Handler, instance_id: str | None = None, **options: object
    ) -> Consumer:
        routes = Routes(domains=(Domain("tests", retry_topic=f"{topic}.retry.{{wait}}"),))
        consumer = await create_consumer(
            config=replace(self.config, routes=routes),
            domain="tests",
            worker_name=self.worker,
            topics=[topic],
            message_handler=handler,
            instance_id=instance_id,
            options=ConsumerOptions(**{**QUICK, **options}),
        )
        self._open.append(consumer)
        return consumer

    async def consume(self, topic: str, handler: Handler, **more: object) -> Consumer:
        consumer = await self.make(topic, handler, **more)
        await consumer.start()
        return consumer

    async def sender(self) -> Producer:
        if self._sender is None:
            self._sender = create_producer(config=self.config, domain="tests", worker_name="sender")
            self._open.append(self._sender)
            await self._sender.start()
        return self._sender

    async def send(
        self, topic: str, *values: bytes | None, key: bytes | None = b"key", headers: object = ()
    ) -> None:
        """Send in order; with the same key all of them go to one partition."""
        sender = await self.sender()
        for value in values:
            await sender.send(topic, value, key=key, headers=headers)

    async def committed(self, topic: str) -> dict[int, int]:
        """The next position of each partition the group committed, as the broker or store has it."""
        if self.name == EVENTHUB:
            positions = store(self.config, topic, self.group)
            try:
                stored = await positions.checkpoints()
            finally:
                await positions.close()
            return {int(partition): progress.mark.offset + 1 for partition, progress in stored.items()}
        found = await lag(config=self.config, topic=topic, group=self.group)
        return {one.partition: one.committed for one in found if one.committed is not None}

    async def until_committed(self, topic: str, total: int) -> None:
        """Wait until positions add up to `total` messages."""

        async def reached() -> bool:
            return sum((await self.committed(topic)).values()) >= total

        await until(reached)

    async def close(self) -> None:
        await asyncio.gather(*(one.stop() for one in self._open))


@pytest.fixture(scope="session")
def kafka_environment() -> Iterator[dict[str, str]]:
    if reason := transport.local.missing(KAFKA):
        pytest.skip(reason)
    with transport.local.kafka() as broker:
        yield dict(broker.environment)


@pytest.fixture(scope="session")
def eventhub_environment() -> Iterator[dict[str, str]]:
    if reason := transport.local.missing(EVENTHUB):
        pytest.skip(reason)
    with transport.local.eventhub() as broker:
        yield dict(broker.environment)


@contextlib.asynccontextmanager
async def bench_on(environment: dict[str, str], broker: Literal["stand-in", "real"]) -> AsyncIterator[Bench]:
    async with closing(Bench(TransportConfig.from_env(environment), broker, environment)) as bench:
        yield bench


@contextlib.asynccontextmanager
async def closing(bench: Bench) -> AsyncIterator[Bench]:
    try:
        yield bench
    finally:
        await bench.close()


@pytest.fixture
async def memory_bench() -> AsyncIterator[Bench]:
    async with closing(Bench(MemoryBroker().config(), "memory")) as bench:
        yield bench


@pytest.fixture
async def kafka_bench(kafka_environment: dict[str, str]) -> AsyncIterator[Bench]:
    async with bench_on(kafka_environment, "stand-in") as bench:
        yield bench


@pytest.fixture
async def real_kafka_bench(real_kafka: dict[str, str]) -> AsyncIterator[Bench]:
    async with bench_on(real_kafka, "real") as bench:
        yield bench


@pytest.fixture
async def eventhub_bench(eventhub_environment: dict[str, str], tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_on(eventhub_environment, "stand-in") as bench:
        yield bench


@pytest.fixture
async def blob_bench(eventhub_environment: dict[str, str], blob_service: Azurite) -> AsyncIterator[Bench]:
    """Event Hubs, with checkpoints in a blob container."""
    where = blob_service.store(f"checkpoints-{uuid.uuid4().hex}")
    async with ContainerClient.from_connection_string(*without_container(where)) as container:
        await container.create_container()
    environment = {**eventhub_environment, "EVENTHUB_CHECKPOINT_STORE": where}
    async with bench_on(environment, "stand-in") as bench:
        yield bench


def _open_sockets() -> int:
    found = 0
    for descriptor in Path("/dev/fd").iterdir():
        with contextlib.suppress(OSError):  # the one that lists the folder
            found += stat.S_ISSOCK(os.fstat(int(descriptor.name)).st_mode)
    return found


@pytest.fixture
async def all_closed() -> AsyncIterator[None]:
    """Wait until the sockets a test opened are closed: with TLS, clients leave that to the event loop."""
    before = _open_sockets()
    yield
    async with asyncio.timeout(20):
        while _open_sockets() > before:  # noqa: ASYNC110 — nothing tells when
            await asyncio.sleep(0.01)
