"""What a stranger needs to know to drive a worker: `python -m workers NAME --describe`."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from transport import ConsumerOptions
from transport.factory import retry_topics
from transport.routes import Route, Routes, group_name
from workers.errors import UnmappedTopicError


@dataclass(frozen=True, slots=True)
class Sample:
    """A message to send; `${NAME}` in its text stands for the run's environment variable NAME."""

    name: str
    kind: Literal["good", "malformed", "duplicate"]
    topic: str
    key: str | None
    value: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a sample leads to: a message on `topic` whose JSON value holds everything in `contains`."""

    sample: str
    topic: str
    contains: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Row:
    """What a sample leads to: a row of the Delta table `table` that holds the text `holds`, which the table's
    log shows among the least and greatest values of its files."""

    sample: str
    table: str
    holds: str

    def as_json(self) -> dict[str, Any]:
        log = f"${{SCRATCH}}/tables/{self.table}/_delta_log/*.json"
        return {"sample": self.sample, "file": log, "contains": self.holds}


@dataclass(frozen=True, slots=True)
class Description:
    """A worker from outside.

    `reads` and `writes` are topic keys of its domain in the configuration file; another domain's is written
    `domain/key`.
    """

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    samples: tuple[Sample, ...]
    expect: tuple[Expectation | Row, ...]
    services: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    def as_json(self, worker: str, routes: Routes) -> dict[str, Any]:
        """The JSON that the smoke runs read; `routes` say what `worker`'s topics are called at the broker."""
        domain, file = worker.partition("/")[0], worker.rpartition("/")[2]
        read = [_entry(routes, domain, key) for key in self.reads]
        named, group = routes.kafka_topic, group_name(domain, file)
        return {
            "worker": worker,
            "topics_read": [named(route.topic) for route in read],
            "topics_written": [named(_entry(routes, domain, key).topic) for key in self.writes],
            "topics_aside": [named(topic) for topic in _aside(routes, domain, group, read)],
            "group": routes.kafka_group(group),
            "event_hubs": {
                named(route.topic): {"event_hub": route.event_hub, "consumer_group": route.consumer_group}
                for route in read
            },
            "services": list(self.services),
            "env": dict(self.env),
            "samples": [asdict(one) | {"topic": named(one.topic)} for one in self.samples],
            "expect": [
                told | {"topic": named(told["topic"])} if "topic" in told else told
                for told in (one.as_json() for one in self.expect)
            ],
            "ready": {"log": "worker is ready"},
        }


def _aside(routes: Routes, domain: str, group: str, read: Iterable[Route]) -> list[str]:
    """Where messages go that fail, and come back from: dead letters and the domain's retry topics."""
    retries = retry_topics(routes.domain(domain), group, ConsumerOptions())
    dead = [route.dead_letter for route in read if route.dead_letter]
    return [*dict.fromkeys(dead), *(one.topic for one in retries)]


def _entry(routes: Routes, domain: str, key: str) -> Route:
    if "/" in key:
        domain, _, key = key.partition("/")
    if (found := routes.entry(domain, key)) is None:
        raise UnmappedTopicError(domain, key, routes.where)
    return found
