"""Sends to Kafka: idempotent, acknowledged by all replicas, batched by aiokafka while a send waits."""

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from transport.config import TransportConfig
from transport.contract import Headers
from transport.errors import SendError
from transport.kafka.client import settings, start, translated


class KafkaSink:
    """A Kafka producer."""

    def __init__(self, config: TransportConfig) -> None:
        self._config = config
        self._client: AIOKafkaProducer | None = None

    async def open(self) -> None:
        client = AIOKafkaProducer(**settings(self._config), enable_idempotence=True, acks="all")
        try:
            with translated("connecting to send", self._config):
                await start(client, self._config)
        except BaseException:
            await client.stop()
            raise
        self._client = client

    async def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        if self._client is None:
            raise SendError(f"sending to {topic}: there is no connection")
        with translated(f"sending to {topic}", self._config, SendError):
            await self._client.send_and_wait(topic, value, key=key, headers=list(headers))

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                await client.stop()
            except KafkaError as error:
                raise SendError(f"closing the producer: {error}") from error
