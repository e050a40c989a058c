"""Plugin actions: whatever topics the configuration names in, through their steps, and posted to partners."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Self

import structlog

from transport import (
    ConsumerOptions,
    GroupCommit,
    PermanentError,
    PipelineMessage,
    TransportConfig,
    create_consumer,
    create_producer,
)
from workers import plugin_files, tracing
from workers.connection import Connection
from workers.errors import ApiRefusedError, PluginFileError, StepError
from workers.plugins.messages import ActionDone, ActionFailed
from workers.plugins.shared import connections, steps
from workers.plugins.shared.action import Action

DOMAIN = "plugins"
NAME = "plugin_action_worker"
REQUESTS = 10
"""Messages in hand at a time, beside those that wait for their batch."""

log = structlog.get_logger(__name__)


class PluginActionWorker:
    """Does what the plugins' [action] tables say. `actions` are known by the plugins' names.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks: where a batch is posted, it has taken the message in; the message is committed
    only after it returned, and comes again if it raised: so what a partner cannot take now is posted again,
    after minutes if need be. What a step or the partner refuses goes to the action's errors; of a batch that
    is refused, only those messages which are refused alone. A repeated message is posted again, with the same
    idempotency key if it is posted with the same others.
    """

    def __init__(
        self, config: TransportConfig, actions: Mapping[str, Action], partners: Mapping[str, Connection]
    ) -> None:
        self._config = config
        self._actions = actions
        self._partners = partners
        self._by_topic = {action.reads: name for name, action in actions.items()}
        self._batches = {
            name: GroupCommit(
                partial(self._post, action), max_rows=action.batch.size, max_age=action.batch.seconds
            )
            for name, action in actions.items()
            if action.batch is not None
        }
        self._open = AsyncExitStack()
        self._producer = create_producer(config=config, domain=DOMAIN, worker_name=NAME)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The worker as the environment configures it, with the actions of the files below PLUGINS_DIR."""
        folder = plugin_files.folder(environ)
        plugins = plugin_files.plugins(folder)
        actions = {name: plugin.action for name, plugin in plugins.items() if plugin.action is not None}
        if not actions:
            raise PluginFileError(f"{folder}: no plugin has an [action]: there is nothing to do.")
        used = frozenset[str]().union(*(action.connections for action in actions.values()))
        return cls(TransportConfig.from_env(environ), actions, connections.named(environ, used))

    async def start(self) -> None:
        """Connect, and begin to consume."""
        for partner in self._partners.values():
            await self._open.enter_async_context(partner)
        self._open.push_async_callback(self._producer.stop)
        await self._producer.start()
        for batch in self._batches.values():
            self._open.push_async_callback(batch.close)
        waiting = sum(action.batch.size for action in self._actions.values() if action.batch is not None)
        consumer = await create_consumer(
            config=self._config,
            domain=DOMAIN,
            worker_name=NAME,
            topics=sorted(self._by_topic),
            message_handler=self.handle,
            options=ConsumerOptions(ordering="key", max_in_flight=REQUESTS + waiting),
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect, in the reverse order of starting."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Do one message's action, and tell what became of it."""
        name = self._by_topic[message.topic]
        with tracing.message(message.key):
            try:
                fields = steps.read(message.value)
            except StepError as error:
                await self._refused(name, message, error)
                return
            event = fields.get("event_id")  # what most messages are about; an action may read others
            with tracing.message(message.key, event if isinstance(event, str) else None):
                await self._act(name, message, fields)

    async def _act(self, name: str, message: PipelineMessage, fields: steps.Fields) -> None:
        action = self._actions[name]
        try:
            prepared = await steps.prepare(action, fields, self._partners)
            if action.batch is None:
                await self._post(action, [prepared])
            else:
                await self._batches[name].add(prepared)
        except (StepError, ApiRefusedError, PermanentError) as error:
            await self._refused(name, message, error)
            return
        done = ActionDone(action=name, message=prepared)
        await self._producer.send(action.success, done.encode(), key=message.key)
        log.info("action done", action=name)

    async def _refused(self, name: str, message: PipelineMessage, error: Exception) -> None:
        log.error("action failed", action=name, reason=str(error))
        failed = ActionFailed(
            action=name,
            reason=str(error),
            origin=f"{message.topic}[{message.partition}]@{message.offset}",
            message=(message.value or b"").decode(errors="replace"),
        )
        await self._producer.send(self._actions[name].errors, failed.encode(), key=message.key)

    async def _post(self, action: Action, prepared: Sequence[steps.Fields]) -> None:
        """Post one message, or those of a batch; PermanentError has a refused batch tried in parts."""
        body = json.dumps(prepared[0] if action.batch is None else list(prepared)).encode()
        path = steps.path(action.path, prepared[0])
        try:
            await self._partners[action.connection].post(
                *path, body=body, idempotency_key=hashlib.sha256(body).hexdigest()
            )
        except ApiRefusedError as error:
            raise PermanentError(str(error)) from error
