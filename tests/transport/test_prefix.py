"""A prefix of all names: at the broker everything begins with it, and nobody here ever sees it."""

import asyncio
import uuid
from contextlib import aclosing
from dataclasses import replace

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from tests.transport.conftest import QUICK, until
from transport import (
    ConfigurationError,
    ConsumerOptions,
    TransportConfig,
    create_consumer,
    create_producer,
    lag,
)
from transport.config import routes_from_env
from transport.errors import UnknownTopicError, UsageError
from transport.letters.letter import Filters
from transport.letters.reading import find
from transport.letters.replay import replay
from transport.memory import MemoryBroker
from transport.routes import Domain, Routes

KAFKA = {"PIPELINE_TRANSPORT": "kafka", "KAFKA_BOOTSTRAP_SERVERS": "broker:9092"}
FILE = """
[transport]
prefix = "file-"
[domains.claimx.topics.pending]
topic = "claimx.pending"
event_hub = "pending-hub"
consumer_group = "readers"
dead_letter = "claimx.dead"
"""


@pytest.fixture(params=["kafka", "eventhub"])
def environment(request):
    return request.getfixturevalue(f"{request.param}_environment")


class Worker:
    """Handles what it is sent, but for what is bad as long as it is told so."""

    def __init__(self):
        self.seen, self.fails = [], True

    async def handle(self, message):
        self.seen.append((message.topic, message.value))
        if self.fails and message.value == b"bad":
            raise ValueError("bad")


async def topics_at(environment, topic):
    """The topics of a Kafka that have to do with this one."""
    admin = AIOKafkaAdminClient(bootstrap_servers=environment["KAFKA_BOOTSTRAP_SERVERS"])
    await admin.start()
    try:
        return {name for name in await admin.list_topics() if topic in name}
    finally:
        await admin.close()


@pytest.mark.broker
async def test_retries_dead_letters_and_replays_go_by_the_names_without_it(environment):
    topic, worker = f"t-{uuid.uuid4().hex[:12]}", Worker()
    prefix = f"own-{uuid.uuid4().hex[:6]}-"
    routes = Routes(domains=(Domain("tests", (0.2,), f"{topic}.retry.{{group}}.{{wait}}"),), prefix=prefix)
    plain = TransportConfig.from_env(environment)
    config = replace(plain, routes=routes)
    consumer = await create_consumer(
        config=config,
        domain="tests",
        worker_name="reader",
        topics=[topic],
        message_handler=worker.handle,
        options=ConsumerOptions(**QUICK, max_attempts=1, dead_letter=True),
    )
    producer = create_producer(config=config, domain="tests", worker_name="writer")
    await producer.start()
    await consumer.start()
    try:
        await producer.send(topic, b"good", key=b"k")
        await producer.send(topic, b"bad", key=b"k")
        await until(lambda: worker.seen.count((topic, b"bad")) == 2)  # at once, and out of the retry topic
        await until(lambda: bool_of(find(config, f"{topic}.dead", Filters())))
        (letter,) = await find(config, f"{topic}.dead", Filters())
        assert (letter.origin, letter.prefix) == (topic, prefix)
        others = find(plain, f"{prefix}{topic}.dead", Filters())
        with pytest.raises(UsageError, match=rf"died where PIPELINE_PREFIX is '{prefix}', and it is '' here"):
            await anext(replay(plain, f"{prefix}{topic}.dead", await others))
        worker.fails = False
        async with aclosing(replay(config, f"{topic}.dead", [letter])) as replays:
            assert [one.topic async for one in replays] == [topic]
        await until(lambda: worker.seen.count((topic, b"bad")) == 3)
        assert {name for name, _ in worker.seen} == {topic}
        places = {place.topic for place in consumer.health().partitions}
        assert places <= {topic, f"{topic}.retry.tests-reader.0.2s"}
    finally:
        await consumer.stop()
        await producer.stop()
    group = "tests-reader" if config.transport == "kafka" else "$Default"
    assert [one.behind for one in await lag(config=config, topic=topic, group=group) if one.end] == [0]
    at_broker = group if config.transport == "eventhub" else prefix + group
    behind = await lag(config=plain, topic=prefix + topic, group=at_broker)
    assert [one.behind for one in behind if one.end] == [0], (
        "its positions are not kept by the prefixed names"
    )
    if config.transport == "kafka":
        named = {topic, f"{topic}.dead", f"{topic}.retry.tests-reader.0.2s"}
        assert await topics_at(environment, topic) == {prefix + name for name in named}


async def bool_of(answer):
    try:
        return bool(await answer)
    except UnknownTopicError:
        return False


@pytest.mark.broker
async def test_a_name_that_has_the_prefix_already_is_told_what_it_became(kafka_environment):
    config = TransportConfig.from_env({**kafka_environment, "PIPELINE_PREFIX": "own-"})
    with pytest.raises(UnknownTopicError, match=r"no topic own-x\.dead .*begins with own-.*PIPELINE_PREFIX"):
        await find(config, "own-x.dead", Filters())


def test_it_is_a_setting_like_the_others_and_goes_before_event_hubs_too(tmp_path):
    file = tmp_path / "pipeline.toml"
    file.write_text(FILE)
    environ = {"PIPELINE_CONFIG": str(file)}
    assert routes_from_env(environ).prefix == "file-"
    assert routes_from_env(environ | {"PIPELINE_PREFIX": "env-"}).prefix == "env-"
    assert routes_from_env(environ | {"PIPELINE_PREFIX": "env-"}, prefix="argument-").prefix == "argument-"
    routes = TransportConfig.from_env({**KAFKA, **environ}).routes
    (route,) = routes.reading(["claimx.pending"], domain="claimx", topic_key="pending")
    assert route.event_hub == routes.event_hub("claimx.pending") == "file-pending-hub"
    assert routes.event_hub("claimx.dead") == "file-claimx.dead"
    assert (route.topic, route.consumer_group, route.dead_letter) == (
        "claimx.pending",
        "readers",
        "claimx.dead",
    )


def test_without_it_names_are_as_they_are():
    routes = TransportConfig.from_env({**KAFKA, "PIPELINE_PREFIX": " "}).routes
    assert (routes.prefix, routes.kafka_topic("t"), routes.kafka_group("g"), routes.event_hub("h")) == (
        "",
        "t",
        "g",
        "h",
    )


@pytest.mark.parametrize("prefix", ["-a", "a/", "a b", ".", "ä-"])
def test_one_that_no_broker_takes_is_refused(prefix):
    with pytest.raises(ConfigurationError, match=r"PIPELINE_PREFIX is .*: it must begin with a letter"):
        TransportConfig.from_env({**KAFKA, "PIPELINE_PREFIX": prefix})


def test_a_broker_in_memory_takes_none():
    with pytest.raises(ConfigurationError, match="the memory transport takes no prefix"):
        asyncio.run(_in_memory())


async def _in_memory():
    MemoryBroker().config(Routes(prefix="own-"))
