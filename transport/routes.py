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
    """Every entry of the configuration file, and the defaults for what it leaves out.

    Workers, entries, messages and letters name topics without the prefix. It is put before a name, and taken
    off again, where a broker's client is met, so nothing that comes back from there ever gets it twice.

    Arguments:
        prefix: what every name begins with at the broker: topics, Kafka groups, event hubs and, by those, the
            checkpoints below them. An Event Hubs consumer group lies in its event hub and keeps its name.

    Errors: ConfigurationError.
    """

    entries: tuple[Entry, ...] = ()
    domains: tuple[Domain, ...] = ()
    where: str = "the configuration file"
    prefix: str = ""

    def __post_init__(self) -> None:
        if self.prefix and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.prefix):
            raise ConfigurationError(
                f"PIPELINE_PREFIX is {self.prefix!r}: it must begin with a letter or digit, and hold nothing "
                "but letters, digits, dots, dashes and underscores, like staging-"
            )

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
            self._route(topic, own) if own is not None and own.topic in {None, topic} else self.of(topic)
            for topic in wanted
        )

    def domain(self, name: str) -> Domain:
        """What is said of a domain, or the defaults."""
        return next((one for one in self.domains if one.name == name), Domain(name))

    def of(self, topic: str) -> Route:
        """The route of a topic, whoever reads or writes it."""
        return self._route(topic, next((e for e in self.entries if e.topic == topic), None))

    def entry(self, domain: str, topic_key: str) -> Route | None:
        """The route of a domain's topic key; None if the configuration does not say which topic that is."""
        found = (e for e in self.entries if (e.domain, e.topic_key) == (domain, topic_key))
        return next((self._route(e.topic, e) for e in found if e.topic is not None), None)

    def written(self, domain: str, topic_key: str) -> str | None:
        """The topic that a domain's topic key stands for, if the configuration says so."""
        return next((e.topic for e in self.entries if (e.domain, e.topic_key) == (domain, topic_key)), None)

    def event_hub(self, topic: str) -> str:
        """The event hub that stands for a topic."""
        return self.of(topic).event_hub

    def kafka_topic(self, topic: str) -> str:
        """What Kafka calls a topic."""
        return self.prefix + topic

    def kafka_group(self, group: str) -> str:
        """What Kafka calls a consumer group."""
        return self.prefix + group

    def topic(self, kafka_topic: str) -> str:
        """The topic that Kafka calls so."""
        return kafka_topic.removeprefix(self.prefix)

    def _route(self, topic: str, entry: Entry | None) -> Route:
        if entry is None:
            return Route(topic, self.prefix + topic)
        group = entry.consumer_group or DEFAULT_CONSUMER_GROUP
        return Route(topic, self.prefix + (entry.event_hub or topic), group, entry.dead_letter)


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
