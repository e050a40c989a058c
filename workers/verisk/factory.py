"""The Kafka consumers of the Verisk file workers, from before the migration.

`create_consumer` shares its name with the transport layer's, and nothing else: it knows Kafka only, calls no
handler and commits nothing by itself that it is not told to.
"""

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer


def create_consumer(
    environ: Mapping[str, str],
    topic: str,
    worker_name: str,
    *,
    max_poll_records: int = 10,
    auto_commit: bool = False,
) -> AIOKafkaConsumer:
    """A consumer of `topic` in the worker's own group, not started yet."""
    return AIOKafkaConsumer(
        topic,
        bootstrap_servers=environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
        group_id=f"verisk-{worker_name.replace('_', '-')}",
        auto_offset_reset="earliest",
        enable_auto_commit=auto_commit,
        auto_commit_interval_ms=1000,
        max_poll_records=max_poll_records,
    )
