"""Members that join, leave and are killed, brokers that go down: nothing is lost, and keys keep their order.

The short form runs always, the long one (50,000 messages) with `-m long`; both print what they found.
"""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack

import pytest

import transport.local
from benchmarks.link import Link
from tests.broker.kafka.jars import NoKafka
from tests.broker.kafka.node import KafkaNode
from tests.conftest import lacking
from tests.transport.chaos import journal
from tests.transport.chaos.group import Group, Load, dead, until_all_are_done
from transport import KAFKA, TransportConfig

pytestmark = pytest.mark.broker

OPTIONS = {
    "ordering": "key",
    "max_in_flight": 16,
    "session_timeout": 3.0,
    "drain_timeout": 5.0,
    "max_attempts": 4,
    "retry_first": 0.02,
    "retry_max": 0.5,
    "dead_letter": True,
}
SHORT = Load(keys=50, each=24)
LONG = Load(keys=500, each=100)

Step = Callable[[], Awaitable[None]]


async def chaos(group: Group, config: TransportConfig, load: Load, steps: Sequence[Step], seconds: float):
    """Send the load, take the steps evenly spread over it, wait for the end, and judge."""
    deadline = time.monotonic() + seconds
    sending = asyncio.create_task(load.send(config, group.topic, deadline))
    total = load.keys * load.each
    for number, step in enumerate(steps):
        due = total * number // len(steps)
        while journal.count(group.folder) < due and time.monotonic() < deadline:  # noqa: ASYNC110 — files
            await asyncio.sleep(0.02)
        await step()
    await sending
    await until_all_are_done(group, config, load, deadline - time.monotonic())
    await group.close()
    verdict = journal.judge(load.messages(), journal.read(group.folder), await dead(config, group.topic))
    print(f"\n{group.topic}: {verdict}, {group.kills} kills")
    assert not verdict.lost, group.told()
    assert not verdict.misordered
    assert not verdict.alive
    # Killed between a dead letter and its commit, a member leaves it to be written again.
    assert verdict.dead_again <= group.kills
    return verdict


@pytest.fixture(params=["short", pytest.param("long", marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def form(request) -> str:
    return str(request.param)


@pytest.fixture
def load(form) -> Load:
    return {"short": SHORT, "long": LONG}[form]


@pytest.fixture
def kafka_node() -> Iterator[KafkaNode]:
    try:
        with KafkaNode() as node:
            yield node
    except NoKafka as reason:
        lacking(str(reason))


async def test_on_kafka_itself(kafka_node, load, form, tmp_path):
    """8, 9, 13, 30"""
    group = Group(kafka_node.environment, "chaos", tmp_path, OPTIONS)

    async def restart() -> None:
        await asyncio.to_thread(kafka_node.restart)

    async def crash() -> None:
        await asyncio.to_thread(kafka_node.kill)
        await asyncio.to_thread(kafka_node.start)

    turn = [group.join, group.kill, group.join, group.leave]
    steps = (
        [group.join, *turn, restart] if form == "short" else [group.join, *[*turn, restart, *turn, crash] * 2]
    )
    config = TransportConfig.from_env(kafka_node.environment)
    verdict = await chaos(group, config, load, steps, 600 if form == "long" else 120)
    if form == "long":
        assert verdict.duplicates < 0.03


async def test_on_event_hubs(eventhub_environment, load, form, tmp_path):
    """8, 9, 13, 30: the stand-in keeps nothing over a restart, so it is its link that goes down and up."""
    endpoint = eventhub_environment["EVENTHUB_CUSTOM_ENDPOINT"].removeprefix("sb://")
    async with AsyncExitStack() as stack:
        link = await stack.enter_async_context(Link(endpoint))
        behind = {
            **eventhub_environment,
            "EVENTHUB_CUSTOM_ENDPOINT": f"sb://{link.address}",
            "EVENTHUB_CHECKPOINT_STORE": str(tmp_path / "checkpoints"),
        }
        (tmp_path / "checkpoints").mkdir()
        group = Group(behind, f"chaos-{form}", tmp_path, OPTIONS)

        async def down_and_up() -> None:
            link.cut()
            await asyncio.sleep(1.0)
            link.mend()

        turn = [group.join, group.kill, group.join, group.leave]
        steps = (
            [group.join, *turn, down_and_up] if form == "short" else [group.join, *[*turn, down_and_up] * 4]
        )
        config = TransportConfig.from_env(behind)
        verdict = await chaos(group, config, load, steps, 600 if form == "long" else 120)
    if form == "long":
        assert verdict.duplicates < 0.03


@pytest.fixture
def kafka_stand_in() -> Iterator[transport.local.StandIn]:
    """One of its own, as it is taken down."""
    if reason := transport.local.missing(KAFKA):
        pytest.skip(reason)
    with transport.local.kafka(topics={"chaos": 4, "chaos.dead": 4}) as broker:
        yield broker


async def test_on_the_kafka_stand_in(kafka_stand_in, load, form, tmp_path):
    """8, 30: one member at a time, as the stand-in refuses commits while a group rebalances."""
    group = Group(kafka_stand_in.environment, "chaos", tmp_path, OPTIONS)

    async def down_and_up() -> None:
        os.kill(kafka_stand_in.pid, signal.SIGUSR1)
        await asyncio.sleep(1.0)
        os.kill(kafka_stand_in.pid, signal.SIGUSR2)

    async def kill_and_replace() -> None:
        await group.kill()
        await group.join()

    turn = [down_and_up, kill_and_replace]
    steps = [group.join, *turn] if form == "short" else [group.join, *turn * 4]
    config = TransportConfig.from_env(kafka_stand_in.environment)
    verdict = await chaos(group, config, load, steps, 600 if form == "long" else 120)
    if form == "long":
        assert verdict.duplicates < 0.03
