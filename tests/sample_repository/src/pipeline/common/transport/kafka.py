"""Kafka, by aiokafka."""

import asyncio
import logging

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from pipeline.common.transport.config import TransportConfig
from pipeline.common.transport.message import Handler, PipelineMessage

logger = logging.getLogger(__name__)

PAUSE_AFTER_FAILURE = 1.0


class KafkaConsumer:
    """One message at a time; a failed one is sought back to, so that nothing behind it can be committed."""

    def __init__(self, config: TransportConfig, group: str, topics: list[str], handler: Handler) -> None:
        self._handler = handler
        self._consumer = AIOKafkaConsumer(
            *topics,
            bootstrap_servers=config.bootstrap_servers,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        self._reading: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        await self._consumer.start()
        self._reading = asyncio.create_task(self._read())

    async def stop(self) -> None:
        self._stopping.set()
        if self._reading is not None:
            await self._reading
        await self._consumer.stop()

    async def _read(self) -> None:
        while not self._stopping.is_set():
            try:
                fetched = await self._consumer.getmany(timeout_ms=250, max_records=1)
            except KafkaError:
                logger.exception("Nothing could be fetched, trying again")
                await _pause(self._stopping)
                continue
            for partition, records in fetched.items():
                for record in records:
                    await self._handle(partition, record)

    async def _handle(self, partition: TopicPartition, record: ConsumerRecord) -> None:
        message = PipelineMessage(record.topic, record.partition, record.offset, record.key, record.value)
        try:
            await self._handler(message)
        except Exception:
            logger.exception("%s[%d] at %d failed, trying again", record.topic, record.partition, record.offset)
            self._seek_back(partition, record.offset)
            await _pause(self._stopping)
            return
        try:
            await self._consumer.commit({partition: record.offset + 1})
        except (IllegalStateError, KafkaError) as error:
            # The next commit in this partition covers it; if there is none, the message comes again.
            logger.warning("%s at %d was not committed: %r", partition, record.offset, error)

    def _seek_back(self, partition: TopicPartition, offset: int) -> None:
        try:
            self._consumer.seek(partition, offset)
        except IllegalStateError:
            logger.warning("%s was reassigned, its new owner repeats offset %d", partition, offset)


class KafkaProducer:
    """Waits for every replica to have each message."""

    def __init__(self, config: TransportConfig) -> None:
        self._config = config
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        self._producer = AIOKafkaProducer(bootstrap_servers=self._config.bootstrap_servers, acks="all")
        await self._producer.start()

    async def send(self, topic: str, value: bytes, key: bytes | None = None) -> None:
        assert self._producer is not None, "start() comes first"
        await self._producer.send_and_wait(topic, value, key=key)

    async def stop(self) -> None:
        if self._producer is not None:
            await self._producer.stop()


async def _pause(stopping: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), PAUSE_AFTER_FAILURE)
    except TimeoutError:
        pass
