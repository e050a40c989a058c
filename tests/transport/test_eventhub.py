"""What Event Hubs refuses, as our errors say it, and that nothing is left open by it."""

import asyncio
import os
import time
from contextlib import aclosing
from dataclasses import replace

import pytest

import transport.local
from transport import (
    EVENTHUB,
    AccessDeniedError,
    BrokerUnavailableError,
    ConfigurationError,
    ConsumerOptions,
    TransportConfig,
    UnknownTopicError,
    browse,
    create_consumer,
    create_producer,
    lag,
)
from transport.checkpoints import FolderStore, Ownership
from transport.routes import DEFAULT_CONSUMER_GROUP, Entry, Routes

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def fixed():
    """A namespace with one event hub and one consumer group besides `$Default`."""
    if reason := transport.local.missing(EVENTHUB):
        pytest.skip(reason)
    with transport.local.eventhub(hubs={"known": 1}, groups=["readers"]) as broker:
        yield dict(broker.environment)


async def handle(message):
    """Nothing to do."""


async def consumer_of(environment, topic="known", group="readers"):
    routes = Routes((Entry("tests", "key", topic, consumer_group=group),))
    return await create_consumer(
        config=replace(TransportConfig.from_env(environment), routes=routes),
        domain="tests",
        worker_name="w",
        topics=[topic],
        message_handler=handle,
        topic_key="key",
        options=ConsumerOptions(session_timeout=3.0),
    )


async def refused(environment, **more):
    """The error a consumer's start raises."""
    consumer = await consumer_of(environment, **more)
    try:
        await consumer.start()
    except Exception as error:
        return error
    finally:
        await consumer.stop()


async def test_an_event_hub_that_does_not_exist_is_named(fixed):
    error = await refused(fixed, topic="unknown")
    assert isinstance(error, UnknownTopicError)
    assert "tests-w reading event hub unknown as readers: there is no such event hub" in str(error)


async def test_a_consumer_group_that_does_not_exist_shows(fixed, caplog, memory_bench):
    consumer = await consumer_of(fixed, group="strangers")
    await consumer.start()
    try:
        await memory_bench.until(lambda: not consumer.health().healthy)
        told = "reading event hub known as strangers: there is no such event hub or consumer group"
        assert told in consumer.health().reason
        assert told in caplog.text
    finally:
        await consumer.stop()


async def test_a_wrong_key_is_refused(fixed):
    head, _, key = fixed["EVENTHUB_NAMESPACE_CONNECTION_STRING"].partition("SharedAccessKey=")
    error = await refused(
        {**fixed, "EVENTHUB_NAMESPACE_CONNECTION_STRING": f"{head}SharedAccessKey=wrong{key}"}
    )
    assert isinstance(error, AccessDeniedError)
    assert "refuses the credentials" in str(error)
    assert key not in str(error)


async def test_a_certificate_that_is_not_trusted_is_refused(fixed):
    error = await refused({name: value for name, value in fixed.items() if name != "EVENTHUB_CA_FILE"})
    assert isinstance(error, BrokerUnavailableError)
    assert "nobody we can trust answers at sb://127.0.0.1:" in str(error)


async def test_what_does_not_exist_has_no_lag_and_takes_no_message(fixed):
    config = TransportConfig.from_env(fixed)
    assert await lag(config=config, topic="unknown", group="readers") == ()
    (known,) = await lag(config=config, topic="known", group="readers")
    assert (known.committed, known.end, known.behind) == (None, 0, 0)
    producer = create_producer(config=config, domain="tests", worker_name="p")
    await producer.start()
    try:
        with pytest.raises(UnknownTopicError, match="sending to unknown: there is no such event hub"):
            await producer.send("unknown", b"x")
    finally:
        await producer.stop()


async def test_browsing_what_does_not_exist_waits_until_the_deadline(fixed):
    config = TransportConfig.from_env(fixed)
    async with aclosing(browse(config=config, topic="unknown", until=time.monotonic() + 0.5)) as messages:
        assert [message async for message in messages] == []


async def test_a_hub_that_is_slower_than_the_refusal_of_another_is_not_opened_afterwards(tmp_path):
    """33"""
    environment = {
        "PIPELINE_TRANSPORT": EVENTHUB,
        "EVENTHUB_NAMESPACE_CONNECTION_STRING": "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=n;"
        "SharedAccessKey=k;UseDevelopmentEmulator=true",
        "EVENTHUB_CHECKPOINT_STORE": str(tmp_path),
    }
    taken = FolderStore(tmp_path, "taken", DEFAULT_CONSUMER_GROUP)
    await taken.claim([Ownership("0", "id", "another", 0.0, "")])
    slow = tmp_path / "slow" / DEFAULT_CONSUMER_GROUP / "owners" / "0.json"
    slow.parent.mkdir(parents=True)
    os.mkfifo(slow)  # who reads it waits until somebody writes
    consumer = await create_consumer(
        config=TransportConfig.from_env(environment),
        domain="tests",
        worker_name="w",
        topics=["taken", "slow"],
        message_handler=handle,
    )
    with pytest.raises(ConfigurationError, match="another reads it so already"):
        await consumer.start()
    pipe = os.open(slow, os.O_RDWR)  # waits for nobody: the reader's turn may never have come
    os.write(pipe, b"{}")
    slow.unlink()
    os.close(pipe)
    for _ in range(30):
        await asyncio.sleep(0.01)
        assert not [task for task in asyncio.all_tasks() if "reading event hub" in task.get_name()]


async def test_two_workers_may_not_share_a_consumer_group(eventhub_bench):
    """Each would silently miss what the other gets."""
    bench = eventhub_bench
    topic = bench.topic()
    await bench.consume(topic, handle)
    other = await create_consumer(
        config=bench.config,
        domain="tests",
        worker_name="other",
        topics=[topic],
        message_handler=handle,
    )
    with pytest.raises(
        ConfigurationError, match=r"of two workers in one consumer group each gets only a part"
    ):
        await other.start()
