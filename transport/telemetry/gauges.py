"""What is asked of consumers when metrics are collected: lag, messages in flight, health."""

import weakref
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from opentelemetry.metrics import CallbackOptions, Observation

from transport.contract import PartitionHealth
from transport.telemetry import names
from transport.telemetry.names import meter

if TYPE_CHECKING:
    from transport.engine import Consumer

_consumers: "weakref.WeakKeyDictionary[Consumer, dict[str, str]]" = weakref.WeakKeyDictionary()


def watch(consumer: "Consumer", system: str, group: str) -> None:
    """Ask this consumer, too, as long as it lives."""
    _consumers[consumer] = {names.SYSTEM: names.SYSTEMS[system], names.GROUP: group}


def _of_partitions(
    figure: Callable[[PartitionHealth], int | None],
) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def asked(_: CallbackOptions) -> Iterable[Observation]:
        for consumer, known in list(_consumers.items()):
            for one in consumer.health().partitions:
                if (found := figure(one)) is not None:
                    place = {names.DESTINATION: one.topic, names.PARTITION: str(one.partition)}
                    yield Observation(found, {**known, **place})

    return asked


def _healthy(_: CallbackOptions) -> Iterable[Observation]:
    for consumer, known in list(_consumers.items()):
        yield Observation(int(consumer.health().healthy), known)


meter.create_observable_gauge(
    "transport.lag", [_of_partitions(lambda one: one.lag)], "{message}", "Messages written, not committed yet"
)
meter.create_observable_gauge(
    "transport.in_flight", [_of_partitions(lambda one: one.in_flight)], "{message}", "Handlers running"
)
meter.create_observable_gauge("transport.healthy", [_healthy], "1", "1 while the consumer is healthy, else 0")
