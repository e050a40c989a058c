"""Kafka consumers for the ClaimX file workers, all with the same settings."""

import os

from aiokafka import AIOKafkaConsumer


def create_consumer(topic: str, group: str, auto_commit: bool = False, max_poll_records: int = 50) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        topic,
        bootstrap_servers=os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
        group_id=group,
        enable_auto_commit=auto_commit,
        auto_commit_interval_ms=2000,
        auto_offset_reset="earliest",
        max_poll_records=max_poll_records,
    )
