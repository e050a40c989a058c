"""Where a topic lives: its event hub, its consumer group, its dead letters, its domain's retry topics."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from transport.errors import ConfigurationError

DEFAULT_CONSUMER_GROUP = "$Default"
DEAD_LETTER = "{topic}.dead"
RETRY_TOPIC = "{domain}.retry.{wait}"


def group_name(domain: str, worker_name: str) -> str:
    """The Kafka consumer group of a worker: `claimx`, `download_worker` → `claimx-download-worker`."""
    return f"{domain}-{worker_name}".replace("_", "-")


@dataclass(frozen=True, slots=True)
class Route:
    """Where one logical topic lives on either transport.

    Arguments:
        topic: the Kafka topic.
        event_hub: the event hub that stands for it.
        consumer_group: the Event Hubs consumer group that reads it.
        dead_letter: topic for permanently bad messages, None for none.
    """

    topic: str
    event_hub: str
    consumer_group: str = DEFAULT_CONSUMER_GROUP
    dead_letter: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`[domains.DOMAIN.topics.TOPIC_KEY]` of the configuration file."""

    domain: str
    topic_key: str
    topic: str | None = None
    event_hub: str | None = None
    consumer_group: str | None = None
    dead_letter: str | None = None

    def route(self, topic: str) -> Route:
        return Route(
            topic, self.event_hub or topic, self.consumer_group or DEFAULT_CONSUMER_GROUP, self.dead_letter
        )


@dataclass(frozen=True, slots=True)
class Domain:
    """`[domains.DOMAIN]` of the configuration file: how its messages wait for a long time.

    Arguments:
        retry_after: the waits, one after the other, in seconds.
        retry_topic: name of their topics; {domain}, {group} and {wait} (like 5m) are filled in.
    """

    name: str
    retry_after: tuple[float, ...] = ()
    retry_topic: str = RETRY_TOPIC


@dataclass(frozen=True, slots=True)
class Routes:
    """Every entry of the configuration file, and the defaults for what it leaves out."""

    entries: tuple[Entry, ...] = ()
    domains: tuple[Domain, ...] = ()
    where: str = "the configuration file"

    def reading(self, topics: Iterable[str], *, domain: str, topic_key: str) -> tuple[Route, ...]:
        """The routes of the topics a worker reads.

        Its own entry (domain and topic key) comes first, then any entry of that topic, then the defaults.

        Errors: ConfigurationError if the worker's own entry is about a topic it does not read.
        """
        wanted = tuple(topics)
        own = next((e for e in self.entries if (e.domain, e.topic_key) == (domain, topic_key)), None)
        if own is not None and own.topic is not None and own.topic not in wanted:
            raise ConfigurationError(
                f"[domains.{domain}.topics.{topic_key}] in {self.where} is about the topic {own.topic!r}, "
                f"but the worker reads {', '.join(map(repr, wanted))}: correct one of them"
            )
        if own is not None and own.topic is None and len(wanted) > 1 and own.event_hub is not None:
            raise ConfigurationError(
                f"[domains.{domain}.topics.{topic_key}] in {self.where} names one event hub for "
                f"{len(wanted)} topics: add its `topic`"
            )
        return tuple(
            own.route(topic) if own is not None and own.topic in {None, topic} else self.of(topic)
            for topic in wanted
        )

    def domain(self, name: str) -> Domain:
        """What is said of a domain, or the defaults."""
        return next((one for one in self.domains if one.name == name), Domain(name))

    def of(self, topic: str) -> Route:
        """The route of a topic, whoever reads or writes it."""
        entry = next((e for e in self.entries if e.topic == topic), None)
        return entry.route(topic) if entry is not None else Route(topic, topic)

    def written(self, domain: str, topic_key: str) -> str | None:
        """The topic that a domain's topic key stands for, if the configuration says so."""
        return next((e.topic for e in self.entries if (e.domain, e.topic_key) == (domain, topic_key)), None)

    def event_hub(self, topic: str) -> str:
        """The event hub that stands for a topic."""
        return self.of(topic).event_hub


def spelled(seconds: float) -> str:
    """A wait as topics are named by it: `5m`, `90s`, `1h`."""
    for size, unit in ((3600, "h"), (60, "m")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size:g}{unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"


def seconds(wait: str) -> float:
    """A wait as the configuration file spells it; raises ValueError."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smh])", wait)
    if found is None or float(found[1]) == 0:
        raise ValueError(f"{wait!r} is no time to wait: write it like 30s, 5m or 1h")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]
