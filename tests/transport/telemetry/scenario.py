"""A worker under OpenTelemetry's SDK, in a process of its own as providers are global: prints what was told.

Run as `python -m tests.transport.telemetry.scenario TOPIC`; without PIPELINE_TRANSPORT it runs in memory.
"""

import asyncio
import json
import os
import sys
import time
from contextlib import aclosing

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from transport import (
    ConsumerOptions,
    PermanentError,
    PipelineMessage,
    TransportConfig,
    browse,
    create_consumer,
    create_producer,
)
from transport.memory import MemoryBroker

PATIENCE = 60.0


async def main(topic: str) -> None:
    spans, figures = InMemorySpanExporter(), InMemoryMetricReader()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider([figures]))
    config = TransportConfig.from_env() if "PIPELINE_TRANSPORT" in os.environ else MemoryBroker().config()
    producer = create_producer(config=config, domain="tests", worker_name="sender")
    await producer.start()
    failed_once = False

    async def handle(message: PipelineMessage) -> None:
        nonlocal failed_once
        if message.value == b"flaky" and not failed_once:
            failed_once = True
            raise TimeoutError("for once")
        if message.value == b"bad":
            raise PermanentError("never")
        await producer.send(f"{topic}.next", message.value, key=b"k")

    consumer = await create_consumer(
        config=config,
        domain="tests",
        worker_name="traced",
        topics=[topic],
        message_handler=handle,
        options=ConsumerOptions(dead_letter=True, retry_first=0.02, session_timeout=3.0),
    )
    await consumer.start()
    with trace.get_tracer("tests").start_as_current_span("request"):
        for value in (b"good", b"flaky", b"bad"):
            await producer.send(topic, value, key=b"k", headers=[("own", b"1"), ("traceparent", b"stale")])
    arrived = [await first(config, f"{topic}.next"), await first(config, f"{topic}.dead")]
    async with asyncio.timeout(PATIENCE):
        while max((one.committed or 0) for one in consumer.health().partitions) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    collected = figures.get_metrics_data()
    await consumer.stop()
    await producer.stop()
    told = {
        "spans": [as_dict(span) for span in spans.get_finished_spans()],
        "metrics": {
            metric.name: [
                [dict(point.attributes), getattr(point, "value", None) or getattr(point, "count", 0)]
                for point in metric.data.data_points
            ]
            for resource in collected.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        },
        "headers": [[(name, value.decode()) for name, value in one.headers] for one in arrived],
    }
    print(json.dumps(told))


async def first(config: TransportConfig, topic: str) -> PipelineMessage:
    until = time.monotonic() + PATIENCE
    async with aclosing(browse(config=config, topic=topic, until=until)) as messages:
        return await anext(messages)


def as_dict(span: ReadableSpan) -> dict[str, object]:
    assert span.context is not None
    return {
        "name": span.name,
        "kind": span.kind.name,
        "id": span.context.span_id,
        "trace": f"{span.context.trace_id:032x}",
        "parent": span.parent.span_id if span.parent is not None else None,
        "attributes": dict(span.attributes or {}),
        "failed": not span.status.is_ok,
    }


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
