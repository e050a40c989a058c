"""The ClaimX enrichment worker on the in-memory transport, with the local API."""

import contextlib
import json
import time

import aiohttp
import pytest

from transport import TransportConfig, browse, create_producer, lag
from transport.memory import MemoryBroker
from transport.settings.file import read, routes
from workers.claimx.api import ClaimXApi
from workers.claimx.enrichment_worker import EnrichmentWorker
from workers.claimx.messages import EventType
from workers.settings import CONFIGURATION
from workers.triggers import Triggers

PENDING = "claimx.enrichment.pending"
ROWS = "claimx.entities.rows"
DOWNLOADS = "claimx.downloads.pending"
DEAD = "claimx.enrichment.dead"


@pytest.fixture
def config() -> TransportConfig:
    return MemoryBroker().config(routes(read(CONFIGURATION), CONFIGURATION))


@pytest.fixture
async def running(config, world):
    """The worker, started."""
    worker = EnrichmentWorker(
        config, ClaimXApi.from_env(world.environment), Triggers.from_env({}, "claimx", frozenset(EventType))
    )
    await worker.start()
    yield worker
    await worker.stop()


@pytest.fixture
async def send(config):
    """Sends an event, or whatever bytes it is given."""
    producer = create_producer(config=config, domain="claimx", worker_name="test")
    await producer.start()

    async def send(value, key: bytes = b"e-1") -> None:
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        await producer.send(PENDING, raw, key=key)

    yield send
    await producer.stop()


def event(event_type: str, **about) -> dict:
    known = {"event_id": "e-1", "project_id": "4711", "ingested_at": "2025-03-04T05:06:07Z"}
    return {**known, "event_type": event_type, **about}


async def first(config, topic, count=1):
    """The first messages of a topic."""
    found = []
    async with contextlib.aclosing(
        browse(config=config, topic=topic, until=time.monotonic() + 15)
    ) as messages:
        async for message in messages:
            found.append(message)
            if len(found) == count:
                return found
    raise AssertionError(f"{len(found)} of {count} messages came to {topic}")


async def every(config, topic):
    """All messages of a topic so far."""
    async with contextlib.aclosing(browse(config=config, topic=topic, until=time.monotonic())) as messages:
        return [message async for message in messages]


@pytest.mark.parametrize(
    ("about", "filled"),
    [
        ({"event_type": "PROJECT_CREATED"}, {"projects", "contacts"}),
        ({"event_type": "PROJECT_MFN_ADDED"}, {"projects", "contacts"}),
        ({"event_type": "PROJECT_FILE_ADDED", "media_id": "m-4711-2"}, {"media"}),
        ({"event_type": "POLICYHOLDER_INVITED"}, {"contacts"}),
        ({"event_type": "POLICYHOLDER_JOINED"}, {"contacts"}),
        (
            {"event_type": "CUSTOM_TASK_ASSIGNED", "task_assignment_id": "t-4711-1"},
            {"tasks", "task_templates", "external_links"},
        ),
        (
            {"event_type": "CUSTOM_TASK_COMPLETED", "task_assignment_id": "t-4711-2"},
            {"tasks", "task_templates", "external_links"},
        ),
        ({"event_type": "VIDEO_COLLABORATION_INVITE_SENT"}, {"video_collab"}),
        (
            {"event_type": "VIDEO_COLLABORATION_COMPLETED", "video_collaboration_id": "v-4711-1"},
            {"video_collab"},
        ),
    ],
)
async def test_each_event_fills_its_own_tables(about, filled, running, send, config):
    await send(event(**about))
    (message,) = await first(config, ROWS)
    rows = json.loads(message.value)
    assert message.key == b"e-1"
    assert rows["event_id"] == "e-1"
    assert rows["event_type"] == about["event_type"]
    assert {name for name, value in rows.items() if isinstance(value, list) and value} == filled


async def test_an_added_file_becomes_a_download_task(running, send, config, world):
    await send(event("PROJECT_FILE_ADDED", media_id="m-4711-3"))
    (message,) = await first(config, DOWNLOADS)
    task = json.loads(message.value)
    assert message.key == b"m-4711-3"
    assert task["blob_path"] == "claimx/4711/m-4711-3/estimate.pdf"
    assert task["source_event_id"] == "e-1"
    async with aiohttp.ClientSession() as session, session.get(task["download_url"]) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    ("assignment_id", "topic"),
    [("t-4711-1", "itel.cabinet.pending"), ("t-4711-3", "claimx.mitigation.pending")],
)
async def test_a_completed_task_triggers_its_plugin_and_no_other(assignment_id, topic, running, send, config):
    await send(event("CUSTOM_TASK_ASSIGNED", task_assignment_id="t-4711-1"))
    await send(event("CUSTOM_TASK_COMPLETED", task_assignment_id=assignment_id))
    (message,) = await first(config, topic)
    assert message.key == assignment_id.encode()
    told = json.loads(message.value)
    assert (told["event_id"], told["event_type"]) == ("e-1", "CUSTOM_TASK_COMPLETED")
    assert (told["assignment_id"], told["task_status"]) == (assignment_id, "COMPLETED")
    await first(config, ROWS, count=2)
    await running.stop()
    assert len(await every(config, topic)) == 1


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b"{", "not a ClaimX event"),
        (b"", "not a ClaimX event"),
        ({"event_id": "e-1"}, "event_type: Field required"),
        (event("PROJECT_EXPLODED"), "event_type"),
        (event("PROJECT_CREATED", project_id="../4711"), "project_id"),
        (event("PROJECT_CREATED", project_id="9999"), "status 404"),
        (event("PROJECT_FILE_ADDED", media_id="m-0"), "no media m-0"),
        (event("PROJECT_FILE_ADDED"), "no media None"),
        (event("CUSTOM_TASK_ASSIGNED"), "names no task_assignment_id"),
    ],
)
async def test_what_can_never_succeed_becomes_a_dead_letter_and_the_next_event_goes_on(
    value, why, running, send, config
):
    await send(value)
    await send(event("PROJECT_CREATED"))
    (dead,) = await first(config, DEAD)
    headers = dict(dead.headers)
    assert dead.value == (value if isinstance(value, bytes) else json.dumps(value).encode())
    assert why in headers["x-reason"].decode()
    assert headers["x-attempts"] == b"1"
    await first(config, ROWS)


async def test_a_fault_of_the_api_is_sat_out(running, send, config, world):
    async with aiohttp.ClientSession(world.claimx_api_url) as session:
        # More than the client's own retries: the handler fails, and the event comes again.
        body = {"path": "/export/*", "fault": "broken", "times": 5}
        async with session.post("/_faults", json=body) as response:
            assert response.status == 200
    await send(event("PROJECT_CREATED"))
    await first(config, ROWS)


async def test_a_repeated_event_gives_the_same_rows(running, send, config):
    for _ in range(2):
        await send(event("PROJECT_FILE_ADDED", media_id="m-4711-1"))
    one, two = await first(config, ROWS, count=2)
    assert one.value == two.value
    assert one.key == two.key


async def test_everything_is_committed_once_it_stopped(running, send, config):
    for number in range(20):
        await send(event("POLICYHOLDER_INVITED", event_id=f"e-{number}"), key=f"e-{number}".encode())
    await first(config, ROWS, count=20)
    await running.stop()
    behind = await lag(config=config, topic=PENDING, group="claimx-enrichment-worker")
    assert sum(partition.behind for partition in behind) == 0


async def test_a_start_that_fails_can_be_stopped(world):
    broker = MemoryBroker()
    broker.down = True
    worker = EnrichmentWorker(broker.config(), ClaimXApi.from_env(world.environment), Triggers())
    with pytest.raises(Exception, match="down"):
        await worker.start()
    await worker.stop()
