"""Partitions as they are called here, and as Kafka calls them: the prefix of all names lies between."""

from aiokafka import TopicPartition as KafkaPartition

from transport.contract import TopicPartition
from transport.routes import Routes


def theirs(routes: Routes, place: TopicPartition) -> KafkaPartition:
    """A partition as Kafka's clients take it."""
    return KafkaPartition(routes.kafka_topic(place.topic), place.partition)


def ours(routes: Routes, place: KafkaPartition) -> TopicPartition:
    """A partition that one of Kafka's clients has named."""
    return TopicPartition(routes.topic(place.topic), place.partition)
