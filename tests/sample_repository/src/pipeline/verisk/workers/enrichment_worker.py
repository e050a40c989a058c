"""Verisk enrichment: a download task for each attachment of an event."""

import asyncio
import logging
import os

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from pipeline.verisk.schema import Topics, XactEvent, attachments

logger = logging.getLogger(__name__)


class VeriskEnrichmentWorker:
    """Consumes events in batches and produces download tasks."""

    def __init__(self, bootstrap_servers=None, max_poll_records=50):
        self.bootstrap_servers = bootstrap_servers or os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        self.max_poll_records = max_poll_records
        self.consumer = None
        self.producer = None
        self._running = False
        self._consumer_task = None
        self._tasks = []

    async def start(self):
        self.producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers)
        await self.producer.start()
        await self._create_consumer()
        self._running = True
        self._consumer_task = asyncio.create_task(self._consume_loop())
        logger.info("Consumer started")

    async def _create_consumer(self):
        self.consumer = AIOKafkaConsumer(
            Topics.ENRICHMENT,
            bootstrap_servers=self.bootstrap_servers,
            group_id="verisk-enrichment-worker",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            max_poll_records=self.max_poll_records,
        )
        await self.consumer.start()

    async def _consume_loop(self):
        while self._running:
            batch = await self.consumer.getmany(timeout_ms=500, max_records=self.max_poll_records)
            for records in batch.values():
                task = asyncio.create_task(self._process_batch(records))
                self._tasks.append(task)
            self._tasks = [task for task in self._tasks if not task.done()]
            if batch:
                await self.consumer.commit()

    async def _process_batch(self, records):
        for record in records:
            try:
                event = XactEvent.from_json(record.value)
                for attachment in attachments(event):
                    await self.producer.send_and_wait(
                        Topics.DOWNLOADS, attachment.to_json(), key=attachment.media_id.encode()
                    )
            except Exception:
                logger.exception("Failed to process message at offset %s", record.offset)

    async def stop(self):
        self._running = False
        if self._consumer_task is not None:
            await self._consumer_task
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            await self.producer.stop()
