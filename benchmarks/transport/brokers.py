"""A broker in a process of its own with one topic of messages to read."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from azure.eventhub import EventData, TransportType
from azure.eventhub.aio import EventHubProducerClient
from azure.eventhub.amqp import AmqpAnnotatedMessage
from confluent_kafka import Producer

import transport.local

TOPIC = "benchmark"
PARTITIONS = 4
KEYS = 1000  # on Kafka: enough that hundreds in flight rarely share one
SAME_KEY = 50  # messages in a row on Event Hubs, where a batch has one key


@contextmanager
def kafka(servers: str, messages: int, size: int) -> Iterator[dict[str, str]]:
    """A filled broker, as its environment: the one at `servers`, or else a stand-in."""
    if servers:
        _fill_kafka(servers, messages, size)
        yield {"PIPELINE_TRANSPORT": "kafka", "KAFKA_BOOTSTRAP_SERVERS": servers}
        return
    with transport.local.kafka(topics={TOPIC: PARTITIONS}) as broker:
        _fill_kafka(broker.endpoints["kafka"], messages, size)
        yield dict(broker.environment)


@contextmanager
def event_hubs(messages: int, size: int) -> Iterator[dict[str, str]]:
    """A filled stand-in, as its environment."""
    with transport.local.eventhub(partitions=PARTITIONS) as broker:
        asyncio.run(_fill_event_hubs(dict(broker.environment), messages, size))
        yield dict(broker.environment)


def _fill_kafka(servers: str, messages: int, size: int) -> None:
    refused: list[object] = []
    producer = Producer(
        {"bootstrap.servers": servers, "queue.buffering.max.messages": 1_000_000, "linger.ms": 20}
    )
    for number in range(messages):
        producer.produce(
            TOPIC,
            bytes(size),
            key=_key(number),
            partition=number % KEYS % PARTITIONS,
            on_delivery=lambda error, _: refused.append(error) if error else None,
        )
        if number % 10_000 == 0:
            producer.poll(0)
    if (left := producer.flush(60)) or refused:
        raise SystemExit(f"the broker at {servers} took only a part of the messages: {refused[:1] or left}")


async def _fill_event_hubs(environment: dict[str, str], messages: int, size: int) -> None:
    client = EventHubProducerClient.from_connection_string(
        environment["EVENTHUB_NAMESPACE_CONNECTION_STRING"],
        eventhub_name=TOPIC,
        transport_type=TransportType.AmqpOverWebsocket,
        custom_endpoint_address=environment["EVENTHUB_CUSTOM_ENDPOINT"],
        connection_verify=environment["EVENTHUB_CA_FILE"],
    )
    async with client:
        for first in range(0, messages, SAME_KEY):
            events: list[EventData | AmqpAnnotatedMessage] = [
                EventData(bytes(size)) for _ in range(min(SAME_KEY, messages - first))
            ]
            await client.send_batch(events, partition_key=f"key {first // SAME_KEY}")


def _key(number: int) -> bytes:
    return f"key {number % KEYS}".encode()
