"""The Verisk enrichment worker on the in-memory transport."""

import json

import pytest

from transport.memory import MemoryBroker
from workers.triggers import Triggers
from workers.verisk.descriptions import DOCUMENTS_RECEIVED
from workers.verisk.enrichment_worker import EnrichmentWorker

PENDING = "verisk.enrichment.pending"
DOWNLOADS = "verisk.downloads.pending"
DEAD = "verisk.enrichment.dead"
GROUP = "verisk-enrichment-worker"
TRIGGER = """
[[triggers]]
domain = "verisk"
event_types = ["verisk.claims.property.xn.statusChanged"]
where = { assignment_id = ["05P3KY1"] }
topic = "partner.pending"
"""


@pytest.fixture
async def running(pipeline, tmp_path):
    (tmp_path / "partner.toml").write_text(TRIGGER)
    triggers = Triggers.from_env({"PLUGINS_DIR": str(tmp_path)}, "verisk")
    worker = EnrichmentWorker(pipeline.config, triggers)
    await worker.start()
    yield worker
    await worker.stop()


def event(trace: str, *attachments: str, subtype: str = "documentsReceived") -> dict:
    data = {"assignmentId": "05P3KY1", "attachments": [f"https://files.example.com/{a}" for a in attachments]}
    kind = f"verisk.claims.property.xn.{subtype}"
    return DOCUMENTS_RECEIVED | {"type": kind, "traceId": trace, "data": json.dumps(data)}


async def test_each_attachment_becomes_a_download_task_under_its_own_id(running, pipeline):
    await pipeline.send(PENDING, event("t-1", "1.pdf", "2.jpg"))
    found = await pipeline.first(DOWNLOADS, 2)
    tasks = [json.loads(message.value) for message in found]
    assert {task["attachment_url"].rpartition("/")[2] for task in tasks} == {"1.pdf", "2.jpg"}
    assert [message.key for message in found] == [task["media_id"].encode() for task in tasks]
    assert len({message.key for message in found}) == 2
    await pipeline.all_committed(PENDING, GROUP)


async def test_a_repeated_event_gives_the_same_tasks(running, pipeline):
    await pipeline.send(PENDING, event("t-1", "1.pdf"), event("t-1", "1.pdf"))
    one, two = await pipeline.first(DOWNLOADS, 2)
    assert (one.key, one.value) == (two.key, two.value)


async def test_an_event_of_a_triggers_type_is_passed_on_and_downloaded_none_the_less(running, pipeline):
    events = (event("t-1", "1.pdf"), event("t-2", "2.pdf", subtype="statusChanged"))
    await pipeline.send(PENDING, *events)
    (message,) = await pipeline.first("partner.pending")
    passed_on = json.loads(message.value)
    assert (passed_on["event_type"], passed_on["assignment_id"]) == (events[1]["type"], "05P3KY1")
    assert message.key == b"05P3KY1"
    tasks = [json.loads(message.value) for message in await pipeline.first(DOWNLOADS, 2)]
    assert {task["trace_id"] for task in tasks} == {"t-1", "t-2"}


@pytest.mark.parametrize(
    ("value", "why"),
    [(b"{", "Invalid JSON"), (event("../t", "1.pdf"), "traceId"), ({"traceId": "t"}, "Field required")],
)
async def test_a_malformed_event_becomes_a_dead_letter_and_the_next_goes_on(value, why, running, pipeline):
    await pipeline.send(PENDING, value, event("t-last", "1.pdf"))
    (dead,) = await pipeline.first(DEAD)
    said = dict(dead.headers)["x-reason"].decode()
    assert said.startswith("PermanentError: not a Verisk event: ")
    assert why in said
    (message,) = await pipeline.first(DOWNLOADS)
    assert json.loads(message.value)["trace_id"] == "t-last"


async def test_a_start_that_fails_can_be_stopped():
    broker = MemoryBroker()
    broker.down = True
    worker = EnrichmentWorker(broker.config(), Triggers())
    with pytest.raises(Exception, match="down"):
        await worker.start()
    await worker.stop()
