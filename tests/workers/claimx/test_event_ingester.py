"""The ClaimX event ingester on the in-memory transport."""

import json

import pytest

from transport import PipelineMessage
from transport.memory import MemoryBroker
from workers.claimx.descriptions import FILE_ADDED as EVENT
from workers.claimx.event_ingester import EventIngester
from workers.claimx.messages import Event

RAW = "claimx.events.raw"
PENDING = "claimx.enrichment.pending"
DEAD = "claimx.events.dead"
LAST = EVENT | {"event_id": "e-last"}


@pytest.fixture
async def running(pipeline):
    worker = EventIngester(pipeline.config)
    await worker.start()
    yield worker
    await worker.stop()


async def test_an_event_is_passed_on_as_it_came_under_its_id(running, pipeline):
    raw = json.dumps(EVENT | {"of_a_later_version": [1]}, indent=1).encode()
    await pipeline.send(RAW, raw)
    (passed,) = await pipeline.first(PENDING)
    assert passed.value == raw
    assert passed.key == b"e-1"


async def test_a_repeated_event_is_passed_on_once(running, pipeline):
    await pipeline.send(RAW, EVENT, EVENT, LAST)
    passed = await pipeline.first(PENDING, 2)
    assert {Event.parse(message.value).event_id for message in passed} == {"e-1", "e-last"}
    await pipeline.all_committed(RAW, "claimx-event-ingester")


async def test_after_a_restart_a_repeat_is_passed_on_and_the_same(running, pipeline):
    await pipeline.send(RAW, EVENT)
    await pipeline.all_committed(RAW, "claimx-event-ingester")
    await running.stop()
    again = EventIngester(pipeline.config)
    await again.start()
    await pipeline.send(RAW, EVENT)
    one, two = await pipeline.first(PENDING, 2)
    assert (one.key, one.value) == (two.key, two.value)
    await again.stop()


async def test_an_event_that_could_not_be_passed_on_does_not_count_as_seen(running, pipeline):
    message = PipelineMessage(RAW, 0, 0, 0, b"k", json.dumps(EVENT).encode(), ())
    pipeline.config.memory.message_limit = 10
    with pytest.raises(Exception, match="larger than the 10 bytes"):
        await running.handle(message)
    pipeline.config.memory.message_limit = 1_048_576
    await running.handle(message)
    await pipeline.first(PENDING)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b"", "Invalid JSON"),
        (b"[]", "value"),
        ({"event_id": "e-1"}, "event_type: Field required"),
        (EVENT | {"event_type": "PROJECT_EXPLODED"}, "event_type"),
        (EVENT | {"event_id": "../e"}, "event_id"),
    ],
)
async def test_a_malformed_event_becomes_a_dead_letter_and_the_next_goes_on(value, why, running, pipeline):
    await pipeline.send(RAW, value, LAST)
    (dead,) = await pipeline.first(DEAD)
    headers = dict(dead.headers)
    assert dead.value == (value if isinstance(value, bytes) else json.dumps(value).encode())
    assert headers["x-reason"].startswith(b"PermanentError: not a ClaimX event: ")
    assert why in headers["x-reason"].decode()
    assert headers["x-origin-topic"] == RAW.encode()
    (passed,) = await pipeline.first(PENDING)
    assert passed.key == b"e-last"


async def test_a_start_that_fails_can_be_stopped():
    broker = MemoryBroker()
    broker.down = True
    worker = EventIngester(broker.config())
    with pytest.raises(Exception, match="down"):
        await worker.start()
    await worker.stop()
