"""Does what plugins/shared/actions.json says: checks a message, shapes it, posts it in batches."""

import asyncio
import json
import logging
import os
from collections import defaultdict
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from pipeline.plugins.shared.partner import Partner, PartnerError

logger = logging.getLogger(__name__)

ACTIONS = Path(__file__).parents[1] / "actions.json"
FLUSH_SECONDS = 0.5


class PluginActionWorker:
    """Batches wait in memory; a flush task posts what has waited long enough."""

    def __init__(self, actions_file: Path = ACTIONS) -> None:
        self.actions = json.loads(actions_file.read_text())
        self.by_topic = {action["reads"]: action for action in self.actions.values()}
        self.partner = Partner("PARTNER")
        self.kafka = os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        self.waiting = defaultdict(list)
        self.background_tasks = []

    consumer = None
    producer = None

    def _create_consumer(self) -> None:
        self.consumer = AIOKafkaConsumer(
            *self.by_topic,
            bootstrap_servers=self.kafka,
            group_id="plugins-plugin-action-worker",
            auto_offset_reset="earliest",
            auto_commit_interval_ms=1000,
            max_poll_records=500,
        )

    async def start(self) -> None:
        await self.partner.__aenter__()
        self.producer = AIOKafkaProducer(bootstrap_servers=self.kafka)
        await self.producer.start()
        self._create_consumer()
        await self.consumer.start()
        self.background_tasks += [
            asyncio.create_task(self._consume_loop()),
            asyncio.create_task(self._flush_loop()),
        ]

    async def _consume_loop(self) -> None:
        async for message in self.consumer:
            action = self.by_topic[message.topic]
            try:
                fields = json.loads(message.value)
                missing = [name for name in action["requires"] if not fields.get(name)]
            except (ValueError, AttributeError):
                missing = ["JSON"]
            if missing:
                await self._send(action["errors"], {"reason": f"missing: {', '.join(missing)}"}, message.key)
                continue
            self.waiting[message.topic].append({new: fields[old] for new, old in action["sends"].items()})
            if len(self.waiting[message.topic]) >= action["batch_size"]:
                await self._flush(message.topic)

    async def _flush_loop(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            for topic in list(self.waiting):
                await self._flush(topic)

    async def _flush(self, topic: str) -> None:
        batch = self.waiting.pop(topic, [])
        if not batch:
            return
        action = self.by_topic[topic]
        try:
            await self.partner.post(action["path"], batch)
        except PartnerError as error:
            await self._send(action["errors"], {"reason": str(error), "batch": batch})
            return
        for one in batch:
            await self._send(action["success"], one)

    async def _send(self, topic: str, body: dict, key: bytes | None = None) -> None:
        await self.producer.send_and_wait(topic, json.dumps(body).encode(), key=key)

    async def stop(self) -> None:
        for task in self.background_tasks:
            task.cancel()
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            for topic in list(self.waiting):
                await self._flush(topic)
            await self.producer.stop()
        await self.partner.__aexit__(None, None, None)
