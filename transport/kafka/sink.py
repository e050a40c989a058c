"""Sends to Kafka: idempotent, acknowledged by all replicas, batched by aiokafka while a send waits."""

import asyncio

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from transport.config import TransportConfig
from transport.contract import Headers
from transport.errors import SendError, being_cancelled
from transport.kafka.client import settings, start, translated, translation

BATCH_SIZE = 256 << 10  # bytes of a partition that travel together


class KafkaSink:
    """A Kafka producer."""

    def __init__(self, config: TransportConfig) -> None:
        self._config = config
        self._name = config.routes.kafka_topic
        self._client: AIOKafkaProducer | None = None
        self._waiting: set[asyncio.Future[object]] = set()

    async def open(self) -> None:
        with translated("connecting to send", self._config):
            client = AIOKafkaProducer(
                **settings(self._config), enable_idempotence=True, acks="all", max_batch_size=BATCH_SIZE
            )
            try:
                await start(client, self._config)
            except BaseException:
                await client.stop()
                raise
        self._client = client

    async def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        if self._client is None:
            raise SendError(f"sending to {topic}: there is no connection")
        name = self._name(topic)
        try:  # not `translated`: this runs for each message
            acknowledged = await self._client.send(name, value, key=key, headers=list(headers))
            self._waiting.add(acknowledged)
            try:
                await acknowledged
            finally:
                self._waiting.discard(acknowledged)
        except (KafkaError, OSError, TimeoutError, ValueError) as error:
            raise translation(f"sending to {name}", self._config, error, SendError) from error
        except asyncio.CancelledError as error:
            if being_cancelled():
                raise
            raise SendError(f"sending to {name}: aiokafka gave up the message") from error

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                await client.stop()
            except KafkaError as error:
                raise SendError(f"closing the producer: {error}") from error
            finally:
                for acknowledged in self._waiting:  # aiokafka leaves them waiting for ever
                    if not acknowledged.done():
                        acknowledged.set_exception(SendError("closed before the message was acknowledged"))
