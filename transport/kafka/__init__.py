"""Kafka by aiokafka. Nothing outside this package imports aiokafka."""

from transport.kafka.positions import KafkaGauge, browse, lag
from transport.kafka.sink import KafkaSink
from transport.kafka.source import KafkaSource

__all__ = ["KafkaGauge", "KafkaSink", "KafkaSource", "browse", "lag"]
