"""Plugin actions: whatever topics the configuration names in, through their steps, and posted to partners.

This is the state before the migration: it builds its own Kafka clients, whatever PIPELINE_TRANSPORT says.
Messages wait for their batch in memory, and a timer that nobody waits for posts it, while another one has
committed them long since: a batch in hand is lost when the process dies. What a partner cannot take now goes
to the errors, and nobody tries again.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from typing import Self

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

from workers import plugin_files, tracing
from workers.connection import Connection
from workers.errors import ApiError, PluginFileError, StepError
from workers.messages import Message
from workers.plugins.messages import ActionDone, ActionFailed
from workers.plugins.shared import connections, steps
from workers.plugins.shared.action import Action

GROUP = "plugins-plugin-action-worker"
Prepared = tuple[ConsumerRecord, steps.Fields]

log = structlog.get_logger(__name__)


class PluginActionWorker:
    """Does what the plugins' [action] tables say.

    `actions` are known by the plugins' names. Tracks the timers of its batches in `_flush_tasks`.
    """

    def __init__(
        self, bootstrap_servers: str, actions: Mapping[str, Action], partners: Mapping[str, Connection]
    ) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.actions = actions
        self.partners = partners
        self._by_topic = {action.reads: name for name, action in actions.items()}
        self._consumer: AIOKafkaConsumer | None = None
        self._producer: AIOKafkaProducer | None = None
        self._batches: dict[str, list[Prepared]] = {name: [] for name in actions}
        self._flush_tasks: dict[str, asyncio.Task[None]] = {}

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        folder = plugin_files.folder(environ)
        plugins = plugin_files.plugins(folder)
        actions = {name: plugin.action for name, plugin in plugins.items() if plugin.action is not None}
        if not actions:
            raise PluginFileError(f"{folder}: no plugin has an [action]: there is nothing to do.")
        used = frozenset[str]().union(*(action.connections for action in actions.values()))
        servers = environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        return cls(servers, actions, connections.named(environ, used))

    async def start(self) -> None:
        for partner in self.partners.values():
            await partner.__aenter__()
        self._producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers)
        await self._producer.start()
        self._consumer = self._create_consumer()
        self._consumer.subscribe(topics=sorted(self._by_topic))
        await self._consumer.start()

    def _create_consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap_servers,
            group_id=GROUP,
            enable_auto_commit=True,
            auto_commit_interval_ms=1000,
            auto_offset_reset="earliest",
            max_poll_records=500,
        )

    async def run(self) -> None:
        await self._consume_loop()

    async def _consume_loop(self) -> None:
        assert self._consumer is not None
        async for record in self._consumer:
            with tracing.message(record.key):
                await self._handle(self._by_topic[record.topic], record)

    async def _handle(self, name: str, record: ConsumerRecord) -> None:
        action = self.actions[name]
        try:
            fields = await steps.prepare(action, record.value, self.partners)
        except (StepError, ApiError) as error:
            await self._failed(name, record, str(error))
            return
        if action.batch is None:
            await self._post(name, [(record, fields)])
            return
        self._batches[name].append((record, fields))
        if len(self._batches[name]) >= action.batch.size:
            await self._flush(name)
        elif len(self._batches[name]) == 1:
            self._flush_tasks[name] = asyncio.create_task(self._flush_later(name, action.batch.seconds))

    async def _flush_later(self, name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._flush(name)

    async def _flush(self, name: str) -> None:
        batch, self._batches[name] = self._batches[name], []
        if batch:
            await self._post(name, batch)

    async def _post(self, name: str, prepared: list[Prepared]) -> None:
        action = self.actions[name]
        everything = [fields for _, fields in prepared]
        body = json.dumps(everything[0] if action.batch is None else everything).encode()
        try:
            path = steps.path(action.path, everything[0])
            partner = self.partners[action.connection]
            await partner.post(*path, body=body, idempotency_key=hashlib.sha256(body).hexdigest())
        except (StepError, ApiError) as error:
            for record, _ in prepared:
                await self._failed(name, record, str(error))
            return
        for record, fields in prepared:
            await self._send(action.success, record.key, ActionDone(action=name, message=fields))
        log.info("action done", action=name, messages=len(prepared))

    async def _failed(self, name: str, record: ConsumerRecord, why: str) -> None:
        log.error("action failed", action=name, reason=why)
        failure = ActionFailed(
            action=name,
            reason=why,
            origin=f"{record.topic}[{record.partition}]@{record.offset}",
            message=(record.value or b"").decode(errors="replace"),
        )
        await self._send(self.actions[name].errors, record.key, failure)

    async def _send(self, topic: str, key: bytes | None, message: Message) -> None:
        assert self._producer is not None
        await self._producer.send_and_wait(topic, message.encode(), key=key)

    async def stop(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()
        for task in self._flush_tasks.values():
            task.cancel()
        if self._producer is not None:
            for name in self.actions:
                await self._flush(name)
            await self._producer.stop()
        for partner in self.partners.values():
            await partner.__aexit__(None, None, None)
