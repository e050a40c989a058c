"""Workers seen from outside: liveness, readiness and counts, over real HTTP from real processes."""

import asyncio
import json
import socket
import urllib.error
import urllib.request

import pytest

import transport.local
from tests.workers.fleet import nothing_is_behind, send
from transport import TransportConfig
from workers.claimx.descriptions import EVENT_INGESTER
from workers.counts import Counts
from workers.errors import SettingError
from workers.health import Watch, watched

pytestmark = pytest.mark.broker

ANYWHERE = {"WORKER_HEALTH_ADDRESS": "127.0.0.1:0"}
RAW = "claimx.events.raw"
INGESTER = {
    "topics_read": [RAW],
    "group": "claimx-event-ingester",
    "event_hubs": {RAW: {"consumer_group": "claimx-event-ingester"}},
}


@pytest.fixture
def kafka():
    with transport.local.kafka() as broker:
        yield broker


def address(worker) -> str:
    return json.loads(worker.until_it_says("health endpoint listens"))["address"]


def ask(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def counted(text: str) -> dict[str, float]:
    """The samples of Prometheus's text format, by name and labels."""
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def test_a_worker_tells_that_it_lives_that_it_is_ready_and_what_it_did(kafka, start):
    worker = start("workers", "claimx/event_ingester", **kafka.environment, **ANYWHERE)
    url = address(worker)
    worker.until_it_says("worker is ready")
    assert ask(f"{url}/healthz")[0] == 200
    status, body = ask(f"{url}/readyz")
    assert status == 200
    (consumer,) = json.loads(body)["consumers"]
    assert RAW in {one["topic"] for one in consumer["partitions"]}

    samples = [
        {"topic": one.topic, "key": one.key, "value": one.value} for one in EVENT_INGESTER.samples
    ]  # good, malformed, duplicate
    config = TransportConfig.from_env(kafka.environment)
    await send(config, samples)
    assert await nothing_is_behind(config, INGESTER), worker.log
    told = counted(ask(f"{url}/metrics")[1])
    labels = '{topic="claimx.events.raw",worker="claimx/event_ingester"}'
    assert told[f"worker_messages_handled_total{labels}"] == 2
    assert told[f"worker_messages_failed_total{labels}"] == 1
    assert told[f"worker_messages_dead_lettered_total{labels}"] == 1
    assert told[f"worker_message_seconds_count{labels}"] == 3
    assert told['worker_ready{worker="claimx/event_ingester"}'] == 1
    assert worker.terminate() == 0, worker.log


def test_a_worker_whose_broker_does_not_answer_lives_and_is_not_ready(start):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        servers = f"127.0.0.1:{silent.getsockname()[1]}"
        worker = start(
            "workers",
            "claimx/event_ingester",
            PIPELINE_TRANSPORT="kafka",
            KAFKA_BOOTSTRAP_SERVERS=servers,
            **ANYWHERE,
        )
        url = address(worker)
        assert ask(f"{url}/healthz")[0] == 200
        status, body = ask(f"{url}/readyz")
        assert status == 503
        assert json.loads(body)["reason"] == "the worker is starting"
        assert counted(ask(f"{url}/metrics")[1])['worker_ready{worker="claimx/event_ingester"}'] == 0


@pytest.mark.parametrize("wrong", ["8081", "localhost:http", ":8081", "localhost:70000"])
async def test_an_address_that_is_none_is_refused(wrong):
    with pytest.raises(SettingError, match=rf"^WORKER_HEALTH_ADDRESS is '{wrong}': it must be HOST:PORT"):
        async with watched("a/b", wrong):
            pass


def test_an_address_that_is_taken_is_told_in_one_line(start):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        worker = start(
            "workers",
            "claimx/event_ingester",
            PIPELINE_TRANSPORT="kafka",
            KAFKA_BOOTSTRAP_SERVERS="localhost:9092",
            WORKER_HEALTH_ADDRESS=taken,
        )
        assert worker.exit_code() == 2
        (line,) = worker.lines
        assert taken in line["error"]
        assert "in use" in line["error"]


async def test_a_worker_that_has_ended_is_neither_alive_nor_ready():
    async def working() -> None:
        return

    watch, started = Watch("plugins/itel_cabinet_api/itel_cabinet_api_worker"), asyncio.Event()
    started.set()
    work = asyncio.create_task(working())
    watch.follow(work, started)
    assert watch.live().yes
    assert watch.ready().yes
    await work
    assert not watch.live().yes
    assert watch.ready().reason == "the worker has ended"


def test_counts_name_worker_and_topic():
    counts = Counts("a/b")
    counts.handled("t", 0.2)
    counts.failed("u", 2.0)
    told = counted(counts.exposition(live=True, ready=False).decode())
    assert told['worker_messages_handled_total{topic="t",worker="a/b"}'] == 1
    assert told['worker_message_seconds_bucket{le="0.25",topic="t",worker="a/b"}'] == 1
    assert told['worker_message_seconds_bucket{le="1.0",topic="u",worker="a/b"}'] == 0
    assert told['worker_live{worker="a/b"}'] == 1
    assert told['worker_ready{worker="a/b"}'] == 0
