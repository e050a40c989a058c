"""A span and a measurement for each call of a handler."""

import time

from opentelemetry.trace import SpanKind

from transport.contract import Handler, PipelineMessage
from transport.telemetry import names
from transport.telemetry.headers import context_of
from transport.telemetry.names import meter, tracer

REMEMBERED = 10_000  # failed messages whose attempts are counted; with more, the oldest begin anew

handled = meter.create_counter("transport.messages.handled", "{message}", "Calls of a handler that returned")
failed = meter.create_counter("transport.messages.failed", "{message}", "Calls of a handler that raised")
retried = meter.create_counter(
    "transport.messages.retried", "{message}", "Calls of a handler for a message that had failed"
)
took = meter.create_histogram("messaging.process.duration", "s", "Time a call of a handler took")

Key = tuple[str, int, int]


class Handling:
    """Calls a handler; made by `transport.telemetry.traced_handler`."""

    def __init__(self, handler: Handler, system: str, group: str) -> None:
        self._handler = handler
        self._shared = {names.SYSTEM: names.SYSTEMS[system], names.GROUP: group}
        self._attempts: dict[Key, int] = {}

    async def __call__(self, message: PipelineMessage) -> None:
        place = (message.topic, message.partition, message.offset)
        attempt = self._attempts.get(place, 0) + 1 if self._attempts else 1
        known = {**self._shared, names.DESTINATION: message.topic}
        if attempt > 1:
            retried.add(1, known)
        began = time.perf_counter()
        told = known
        try:
            with tracer.start_as_current_span(
                f"process {message.topic}",
                context=context_of(message.headers),
                kind=SpanKind.CONSUMER,
                attributes={
                    **known,
                    names.OPERATION: "process",
                    names.OPERATION_TYPE: "process",
                    names.PARTITION: str(message.partition),
                    names.OFFSET: message.offset,
                    names.ATTEMPT: attempt,
                },
            ):
                await self._handler(message)
        except BaseException as error:
            told = {**known, names.ERROR: type(error).__qualname__}
            failed.add(1, told)
            self._remember(place, attempt)
            raise
        else:
            handled.add(1, known)
            if attempt > 1:
                del self._attempts[place]
        finally:
            took.record(time.perf_counter() - began, told)

    def _remember(self, place: Key, attempt: int) -> None:
        if len(self._attempts) >= REMEMBERED:
            del self._attempts[next(iter(self._attempts))]
        self._attempts[place] = attempt
