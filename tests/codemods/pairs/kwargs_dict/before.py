import os

import aiokafka

KAFKA = {
    "bootstrap_servers": os.environ.get("KAFKA_SERVERS", "localhost:9092"),
    "client_id": "archiver",
}
CONSUMER = {
    **KAFKA,
    "group_id": "claims-kwargs-dict-worker",
    "enable_auto_commit": True,
    "auto_commit_interval_ms": 500,
    "session_timeout_ms": 20000,
}
TOPIC = "claims.files"


class Archiver:
    """Keeps files."""

    def __init__(self, archive) -> None:
        self.archive = archive
        self.consumer: aiokafka.AIOKafkaConsumer | None = None

    async def start(self) -> None:
        self.consumer = aiokafka.AIOKafkaConsumer(TOPIC, **CONSUMER)
        await self.consumer.start()

    async def run(self) -> None:
        assert self.consumer is not None
        async for file in self.consumer:
            await self.archive.keep(file.key, file.value)

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
