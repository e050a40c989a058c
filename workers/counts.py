"""What a worker has done, for Prometheus: messages by topic, and what became of them."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from transport import Health
from transport.observing import Observed

CONTENT_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
"""Upper bounds of the histogram: from an event passed on to a large file fetched."""


class Counts:
    """Counts of one worker; it is told of messages as a transport.Observer.

    What a worker does that builds its own Kafka clients is not seen here: then only `worker_ready` and
    `worker_live` have values.
    """

    def __init__(self, worker: str) -> None:
        self.consumers: list[Observed] = []
        self._worker = worker
        self._registry = CollectorRegistry()
        labels = ("worker", "topic")
        self._handled = self._counter("worker_messages_handled", "Calls of the handler that returned", labels)
        self._failed = self._counter("worker_messages_failed", "Calls of the handler that raised", labels)
        self._deferred = self._counter("worker_messages_deferred", "Messages put into retry topics", labels)
        self._dead = self._counter("worker_messages_dead_lettered", "Messages in the dead letters", labels)
        self._seconds = Histogram(
            "worker_message_seconds",
            "Time a call of the handler took",
            labels,
            registry=self._registry,
            buckets=SECONDS,
        )
        self._ready = Gauge("worker_ready", "1 when /readyz says so", ("worker",), registry=self._registry)
        self._live = Gauge("worker_live", "1 when /healthz says so", ("worker",), registry=self._registry)

    def _counter(self, name: str, what: str, labels: tuple[str, ...]) -> Counter:
        return Counter(name, what, labels, registry=self._registry)

    def health(self) -> tuple[Health, ...]:
        """How each of the worker's consumers is doing."""
        return tuple(consumer.health() for consumer in self.consumers)

    def exposition(self, *, live: bool, ready: bool) -> bytes:
        """All counts in Prometheus's text format."""
        self._live.labels(self._worker).set(live)
        self._ready.labels(self._worker).set(ready)
        return generate_latest(self._registry)

    def made(self, consumer: Observed) -> None:
        self.consumers.append(consumer)

    def handled(self, topic: str, seconds: float) -> None:
        self._handled.labels(self._worker, topic).inc()
        self._seconds.labels(self._worker, topic).observe(seconds)

    def failed(self, topic: str, seconds: float) -> None:
        self._failed.labels(self._worker, topic).inc()
        self._seconds.labels(self._worker, topic).observe(seconds)

    def deferred(self, topic: str) -> None:
        self._deferred.labels(self._worker, topic).inc()

    def dead_lettered(self, topic: str) -> None:
        self._dead.labels(self._worker, topic).inc()
