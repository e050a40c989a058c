"""A span for each message that is sent, whose context travels with it."""

import time

from opentelemetry import trace
from opentelemetry.trace import SpanKind

from transport.adapter import Sink
from transport.contract import Headers
from transport.telemetry import names
from transport.telemetry.headers import context_of, with_context
from transport.telemetry.names import meter, tracer

sent = meter.create_counter("messaging.client.sent.messages", "{message}", "Messages the broker acknowledged")
dead_lettered = meter.create_counter(
    "transport.messages.dead_lettered", "{message}", "Messages the dead letters acknowledged"
)
delayed = meter.create_counter(
    "transport.messages.delayed", "{message}", "Messages that wait in a retry topic"
)
took = meter.create_histogram("messaging.client.operation.duration", "s", "Time until the acknowledgement")


class TracedSink:
    """A connection that sends; made by `transport.telemetry.traced_sink`."""

    def __init__(self, sink: Sink, system: str, dead: frozenset[str] | None = None) -> None:
        self._sink = sink
        self._shared = {names.SYSTEM: names.SYSTEMS[system], names.OPERATION: "send"}
        self._dead = dead  # None where what is sent leaves no partition unfinished
        self.open = sink.open
        self.close = sink.close

    async def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        known = {**self._shared, names.DESTINATION: topic}
        told = known
        began = time.perf_counter()
        # A message that leaves for a retry topic or the dead letters goes on with the trace it came with.
        context = None if trace.get_current_span().get_span_context().is_valid else context_of(headers)
        try:
            with tracer.start_as_current_span(
                f"send {topic}",
                context=context,
                kind=SpanKind.PRODUCER,
                attributes={**known, names.OPERATION_TYPE: "send"},
            ):
                await self._sink.send(topic, value, key, with_context(headers))
        except BaseException as error:
            told = {**known, names.ERROR: type(error).__qualname__}
            raise
        else:
            sent.add(1, known)
            if self._dead is not None:
                (dead_lettered if topic in self._dead else delayed).add(1, known)
        finally:
            took.record(time.perf_counter() - began, told)
