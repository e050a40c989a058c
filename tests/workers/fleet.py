"""Many workers at once, each a process of its own: what tests of whole pipelines ask of them."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from transport import TransportConfig, browse, create_producer, lag

PATIENCE = 150.0
"""Seconds; all is well after a few, but not on a machine that has much else to do."""


def filled(text: str, names: Mapping[str, str]) -> str:
    """`text` with each ${NAME} replaced."""
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
    return text


def contains(value: Any, wanted: Any) -> bool:
    """Whether `value` has everything that `wanted` has, lists in full."""
    if isinstance(wanted, dict):
        return all(key in value and contains(value[key], inner) for key, inner in wanted.items())
    if isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(contains, value, wanted))
    return value == wanted


async def send(config: TransportConfig, samples: list[dict[str, Any]]) -> None:
    """Send described samples, one after the other."""
    producer = create_producer(config=config, domain="test", worker_name="sender")
    await producer.start()
    for sample in samples:
        value = sample["value"]
        text = value if isinstance(value, str) else json.dumps(value)
        await producer.send(sample["topic"], text.encode(), key=sample["key"].encode())
    await producer.stop()


async def has_come(config: TransportConfig, topic: str, wanted: Any) -> bool:
    """Whether a message that has all of `wanted` is in the topic, or comes in time."""
    until = time.monotonic() + PATIENCE
    async with contextlib.aclosing(browse(config=config, topic=topic, until=until)) as messages:
        async for message in messages:
            if contains(json.loads(message.value), wanted):
                return True
    return False


async def nothing_is_behind(config: TransportConfig, told: Mapping[str, Any]) -> bool:
    """Whether a described worker has committed all that is in its topics, or does so in time."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        behind = 0
        for topic in told["topics_read"]:
            hub = told["event_hubs"][topic]
            group = told["group"] if config.transport == "kafka" else hub["consumer_group"]
            behind += sum(one.behind for one in await lag(config=config, topic=topic, group=group))
        if behind == 0:
            return True
        await asyncio.sleep(0.1)
    return False


async def ask_for_a_fault(service: str, **fault: Any) -> None:
    """Let one of the local services misbehave (see workers.local.faults)."""
    async with aiohttp.ClientSession() as session, session.post(f"{service}/_faults", json=fault) as answer:
        assert answer.status == 200


async def faults_are_all_shown(service: str) -> None:
    """Return once a local service has begun to show each fault that it was asked for."""
    deadline = time.monotonic() + PATIENCE
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{service}/_faults") as answer:
                if not (left := await answer.json()):
                    return
            assert time.monotonic() < deadline, left
            await asyncio.sleep(0.05)


async def eventually(true: Callable[[], object], what: Callable[[], object]) -> None:
    """Return once `true()` is; fail with `what()` if that takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, what()
        await asyncio.sleep(0.05)
