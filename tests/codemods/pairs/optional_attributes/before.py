from typing import Optional

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord


class Translator:
    """Translates comments."""

    consumer: Optional[AIOKafkaConsumer] = None
    producer: Optional[AIOKafkaProducer] = None

    def __init__(self, bootstrap_servers: str, model) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.model = model

    async def _create_consumer(self) -> None:
        self.consumer = AIOKafkaConsumer(
            "claims.comments",
            bootstrap_servers=self.bootstrap_servers,
            group_id="claims-optional-attributes-worker",
            auto_offset_reset="earliest",
        )
        await self.consumer.start()

    async def start(self) -> None:
        self.producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers)
        await self.producer.start()
        await self._create_consumer()

    async def run(self) -> None:
        async for record in self.consumer:
            await self._translate(record)

    async def _translate(self, record: ConsumerRecord) -> None:
        translated = await self.model.translate(record.value.decode())
        await self.producer.send_and_wait("claims.translations", translated.encode())

    async def stop(self) -> None:
        if self.consumer:
            await self.consumer.stop()
        if self.producer:
            await self.producer.stop()
