"""OpenTelemetry, where its API is installed (extra `otel`). What it measures: docs/transport.md.

Everything here hands back what it was given when the API is missing, when no provider was set up before the
consumer or producer was made, or when `OTEL_SDK_DISABLED` is true: messages then pass by the very functions
they would pass by if this package did not exist.
"""

import importlib.util
import os
from collections.abc import Collection
from typing import TYPE_CHECKING

from transport.adapter import Connect, Intake, Sink, Source
from transport.contract import Handler

if TYPE_CHECKING:
    from transport.engine import Consumer


def on() -> bool:
    """Whether somebody listens: the API is there, and the process has set up a provider."""
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if disabled or importlib.util.find_spec("opentelemetry") is None:
        return False
    from opentelemetry import metrics, trace

    providers = (trace.get_tracer_provider(), metrics.get_meter_provider())
    # Until a provider is set, the API hands out a proxy of its own, which has no public name for meters.
    return any("Proxy" not in type(provider).__name__ for provider in providers)


def traced_handler(handler: Handler, system: str, group: str) -> Handler:
    """The handler, each call in a span that continues the one that sent its message; counted and timed.

    Arguments:
        system: `kafka`, `eventhub` or `memory`.
    """
    if not on():
        return handler
    from transport.telemetry.handling import Handling

    return Handling(handler, system, group)


def timed_commits(connect: Connect, system: str, group: str) -> Connect:
    """Connections whose commits are timed."""
    if not on():
        return connect
    from transport.telemetry.committing import TimedSource

    def timed(intake: Intake) -> Source:
        return TimedSource(connect(intake), system, group)

    return timed


def traced_sink(sink: Sink, system: str) -> Sink:
    """A connection each of whose messages is sent in a span of its own that travels in its headers."""
    if not on():
        return sink
    from transport.telemetry.sending import TracedSink

    return TracedSink(sink, system)


def traced_siding(sink: Sink, system: str, dead: Collection[str]) -> Sink:
    """The same for a connection to retry topics and dead letters, which are counted.

    Arguments:
        dead: the topics that hold dead letters.
    """
    if not on():
        return sink
    from transport.telemetry.sending import TracedSink

    return TracedSink(sink, system, frozenset(dead))


def watch(consumer: "Consumer", system: str, group: str) -> None:
    """Let lag, messages in flight and health be asked for, as long as the consumer lives."""
    if on():
        from transport.telemetry import gauges

        gauges.watch(consumer, system, group)
