"""Client libraries by what they speak, and the words by which a client is known where the library is not."""

from __future__ import annotations

KINDS = (
    ("HTTP", ("httplib2", "urllib3", "requests", "aiohttp", "httpx")),
    ("Kafka", ("pykafka", "kafka", "aiokafka", "confluent_kafka")),
    ("AMQP", ("amqp", "pika", "aioamqp", "aio_pika")),
    ("MQTT", ("paho", "asyncio_mqtt", "aiomqtt")),
    ("Redis", ("aioredis", "redis")),
    ("PostgreSQL", ("aiopg", "psycopg2", "asyncpg", "psycopg")),
    ("MongoDB", ("motor", "pymongo")),
    ("AWS", ("boto", "botocore", "boto3", "aiobotocore", "aioboto3")),
)
"""Within a kind, what usually gives way stands before what usually takes its place."""

WORDS = frozenset(
    {
        "channel",
        "client",
        "connection",
        "connect",
        "consumer",
        "engine",
        "pool",
        "producer",
        "publisher",
        "receiver",
        "sender",
        "session",
        "subscriber",
    }
)
MESSAGING = frozenset({"consumer", "producer", "publisher", "receiver", "sender", "subscriber"})
"""The words of those that workers get their messages from, or put them to."""

VERBS = frozenset({"delete", "get", "head", "options", "patch", "post", "put", "request", "stream"})
"""Functions of an HTTP library itself that make a client for one call."""

_NAMESPACES = frozenset({"azure", "google"})


def package(symbol: str) -> str:
    """The distribution's own package: its first part, or two where many share the first."""
    parts = symbol.split(".")
    return ".".join(parts[:2]) if parts[0] in _NAMESPACES else parts[0]


def kind(name: str) -> tuple[str, int] | None:
    """What a package speaks and its place among those that do; None if it is not known."""
    return next(((spoken, packages.index(name)) for spoken, packages in KINDS if name in packages), None)


def is_client(symbol: str) -> bool:
    """Whether a symbol is named like what makes a client."""
    first, _, _ = symbol.partition(".")
    last = symbol.rpartition(".")[2]
    spoken = kind(first)
    if spoken and spoken[0] == "HTTP" and last in VERBS:
        return symbol.count(".") == 1
    return last_word(last) in WORDS


def last_word(name: str) -> str:
    """The last word of a name, however it is written: `consumer` of `KafkaConsumer` and `make_consumer`."""
    word = name.rpartition("_")[2]
    for position in range(len(word) - 1, 0, -1):
        if word[position].isupper() and word[position + 1 :].islower():
            return word[position:].lower()
    return word.lower()
