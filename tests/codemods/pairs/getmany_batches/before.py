import logging

from aiokafka import AIOKafkaConsumer

log = logging.getLogger(__name__)


class Indexer:
    """Indexes documents, in batches of up to `batch_size`."""

    def __init__(self, servers: str, index, batch_size: int = 200) -> None:
        self._servers = servers
        self._index = index
        self._batch_size = batch_size
        self._running = False

    async def start(self) -> None:
        self._consumer = AIOKafkaConsumer(
            "claims.documents",
            bootstrap_servers=self._servers,
            group_id="claims-getmany-batches-worker",
            max_poll_records=self._batch_size,
            enable_auto_commit=False,
        )
        await self._consumer.start()
        self._running = True

    async def run(self) -> None:
        while self._running:
            result = await self._consumer.getmany(timeout_ms=1000)
            for tp, messages in result.items():
                for message in messages:
                    await self._index.add(message.key, message.value)
                log.info("indexed %d documents of %s", len(messages), tp)
                await self._consumer.commit({tp: messages[-1].offset + 1})

    async def stop(self) -> None:
        self._running = False
        await self._consumer.stop()
