"""What OpenTelemetry is told on each transport, and that nothing is wrapped where it is missing."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from transport import telemetry
from transport.memory import MemoryBroker, MemorySink

ROOT = Path(__file__).resolve().parents[3]
TRANSPORTS = ["memory", *(pytest.param(kind, marks=pytest.mark.broker) for kind in ("kafka", "eventhub"))]


@pytest.fixture(params=TRANSPORTS)
def told(request):
    """What the scenario was told, and the topic it ran on."""
    environment = {} if request.param == "memory" else request.getfixturevalue(f"{request.param}_environment")
    topic = f"t-{uuid.uuid4().hex[:12]}"
    done = subprocess.run(
        [sys.executable, "-m", "tests.transport.telemetry.scenario", topic],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    return (
        topic,
        {"kafka": "kafka", "eventhub": "eventhubs"}.get(request.param, "memory"),
        json.loads(done.stdout),
    )


def test_spans_metrics_and_context_go_with_the_messages(told):
    topic, system, found = told
    spans = found["spans"]
    (request,) = [span for span in spans if span["name"] == "request"]
    assert {span["trace"] for span in spans} == {request["trace"]}, "one trace, over the broker and back"
    sent = [span for span in spans if span["name"] == f"send {topic}"]
    handled = [span for span in spans if span["name"] == f"process {topic}"]
    onward = [span for span in spans if span["name"] == f"send {topic}.next"]
    buried = [span for span in spans if span["name"] == f"send {topic}.dead"]
    assert (len(sent), len(handled), len(onward), len(buried)) == (3, 4, 2, 1)
    assert {span["kind"] for span in sent + onward + buried} == {"PRODUCER"}
    assert {span["parent"] for span in sent} == {request["id"]}
    assert {span["kind"] for span in handled} == {"CONSUMER"}
    assert {span["parent"] for span in handled} == {span["id"] for span in sent}
    assert {span["parent"] for span in onward} <= {span["id"] for span in handled}
    assert buried[0]["parent"] in {span["id"] for span in sent}
    assert sorted((span["attributes"]["transport.attempt"], span["failed"]) for span in handled) == [
        (1, False),
        (1, True),
        (1, True),
        (2, False),
    ]
    assert (
        handled[0]["attributes"].items()
        >= {
            "messaging.system": system,
            "messaging.operation.type": "process",
            "messaging.destination.name": topic,
            "messaging.consumer.group.name": "tests-traced",
            "messaging.kafka.offset": 0,
        }.items()
    )

    for headers in found["headers"]:
        assert [name for name, _ in headers].count("traceparent") == 1
        assert dict(headers)["traceparent"].split("-")[1] == request["trace"]
    assert dict(found["headers"][1])["own"] == "1"

    metrics = {name: sum(value for _, value in points) for name, points in found["metrics"].items()}
    expected = {
        "transport.messages.handled": 2,
        "transport.messages.failed": 2,
        "transport.messages.retried": 1,
        "transport.messages.dead_lettered": 1,
        "messaging.client.sent.messages": 6,
        "messaging.process.duration": 4,
        "transport.in_flight": 0,
        "transport.healthy": 1,
    }
    assert {name: metrics.get(name) for name in expected} == expected
    assert metrics["transport.commit.duration"] >= 1
    errors = [attributes.get("error.type") for attributes, _ in found["metrics"]["transport.messages.failed"]]
    assert sorted(errors) == ["PermanentError", "TimeoutError"]


@pytest.fixture(params=["missing", "disabled"])
def off(request, monkeypatch):
    if request.param == "missing":
        monkeypatch.setitem(sys.modules, "opentelemetry", None)
    else:
        monkeypatch.setenv("OTEL_SDK_DISABLED", "true")


def test_without_it_messages_pass_by_the_functions_that_were_given(off):
    async def handle(_):
        await asyncio.sleep(0)

    sink = MemorySink(MemoryBroker())
    assert telemetry.traced_handler(handle, "kafka", "g") is handle
    assert telemetry.timed_commits(handle, "kafka", "g") is handle
    assert telemetry.traced_sink(sink, "kafka") is sink
    assert telemetry.traced_siding(sink, "kafka", ()) is sink


async def test_with_the_api_alone_nothing_is_added_to_a_message(memory_bench):
    topic, found = memory_bench.topic(), []

    async def handle(message):
        found.append(message.headers)

    await memory_bench.send(topic, b"0", headers=[("own", b"1"), ("traceparent", b"mine")])
    await memory_bench.consume(topic, handle)
    await memory_bench.until(lambda: bool(found))
    assert found == [(("own", b"1"), ("traceparent", b"mine"))]
