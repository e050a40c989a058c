"""The Verisk event ingester on the in-memory transport."""

import json

import pytest

from transport import PipelineMessage
from transport.memory import MemoryBroker
from workers.verisk.descriptions import DOCUMENTS_RECEIVED as EVENT
from workers.verisk.event_ingester import EventIngester
from workers.verisk.messages import Event

RAW = "verisk.events.raw"
PENDING = "verisk.enrichment.pending"
DEAD = "verisk.events.dead"
LAST = EVENT | {"eventId": "x-last", "traceId": "trace-last"}


@pytest.fixture
async def running(pipeline):
    worker = EventIngester(pipeline.config)
    await worker.start()
    yield worker
    await worker.stop()


async def test_an_event_is_passed_on_as_it_came_under_its_trace_id(running, pipeline):
    raw = json.dumps(EVENT | {"ofALaterVersion": [1]}, indent=1).encode()
    await pipeline.send(RAW, raw)
    (passed,) = await pipeline.first(PENDING)
    assert passed.value == raw
    assert passed.key == EVENT["traceId"].encode()
    assert Event.parse(passed.value).event_id == "x-1"


@pytest.mark.parametrize("event", [EVENT, EVENT | {"eventId": None}], ids=["with id", "without"])
async def test_a_repeated_event_is_passed_on_once(event, running, pipeline):
    await pipeline.send(RAW, event, event, LAST)
    passed = await pipeline.first(PENDING, 2)
    assert [Event.parse(message.value).trace_id for message in passed] == [EVENT["traceId"], "trace-last"]
    await pipeline.all_committed(RAW, "verisk-event-ingester")


async def test_after_a_restart_a_repeat_is_passed_on_and_the_same(running, pipeline):
    await pipeline.send(RAW, EVENT)
    await pipeline.all_committed(RAW, "verisk-event-ingester")
    await running.stop()
    again = EventIngester(pipeline.config)
    await again.start()
    await pipeline.send(RAW, EVENT)
    one, two = await pipeline.first(PENDING, 2)
    assert (one.key, one.value) == (two.key, two.value)
    await again.stop()


async def test_an_event_that_could_not_be_passed_on_does_not_count_as_seen(pipeline):
    message = PipelineMessage(RAW, 0, 0, 0, b"k", json.dumps(EVENT).encode(), ())
    worker = EventIngester(pipeline.config)
    await worker.start()
    pipeline.config.memory.message_limit = 10
    with pytest.raises(Exception, match="larger than the 10 bytes"):
        await worker.handle(message)
    pipeline.config.memory.message_limit = 1_048_576
    await worker.handle(message)
    await pipeline.first(PENDING)
    await worker.stop()


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b"", "Invalid JSON"),
        (b"[]", "value"),
        ({"eventId": "x-1"}, "traceId: Field required"),
        (EVENT | {"data": "{id"}, "data: Invalid JSON"),
        (EVENT | {"traceId": "../x"}, "traceId"),
    ],
)
async def test_a_malformed_event_becomes_a_dead_letter_and_the_next_goes_on(value, why, running, pipeline):
    await pipeline.send(RAW, value, LAST)
    (dead,) = await pipeline.first(DEAD)
    assert dead.value == (value if isinstance(value, bytes) else json.dumps(value).encode())
    headers = dict(dead.headers)
    assert headers["x-reason"].startswith(b"PermanentError: not a Verisk event: ")
    assert why in headers["x-reason"].decode()
    assert headers["x-origin-topic"] == RAW.encode()
    (passed,) = await pipeline.first(PENDING)
    assert passed.key == b"trace-last"


async def test_a_start_that_fails_can_be_stopped():
    broker = MemoryBroker()
    broker.down = True
    worker = EventIngester(broker.config())
    with pytest.raises(Exception, match="down"):
        await worker.start()
    await worker.stop()
