"""Kafka by aiokafka. Nothing outside this package imports aiokafka."""

from transport.kafka.positions import browse, lag
from transport.kafka.sink import KafkaSink
from transport.kafka.source import KafkaSource

__all__ = ["KafkaSink", "KafkaSource", "browse", "lag"]
