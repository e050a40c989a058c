"""What the guide says of cutting a worker over from Kafka to Event Hubs holds on both stand-ins."""

import re
from pathlib import Path

import pytest

from tests.transport.conftest import Bench

pytestmark = pytest.mark.broker

GUIDE = (Path(__file__).parents[2] / "docs/WORKER_MIGRATION_GUIDE.md").read_text()


class Kept:
    """A handler that keeps what it was given."""

    def __init__(self) -> None:
        self.values: list[bytes | None] = []

    async def __call__(self, message) -> None:
        self.values.append(message.value)


def only_file(folder: Path) -> Path:
    (found,) = folder.glob("*.json")
    return found


def script():
    """The guide's own `is_drained`."""
    (code,) = re.findall(r"<!-- right: script -->\n```python\n(.*?)```", GUIDE, re.DOTALL)
    names = {"__name__": "guide"}
    exec(code, names)
    return names["is_drained"]


async def test_a_worker_drains_kafka_and_then_reads_all_that_waits_on_event_hubs(
    kafka_bench: Bench, eventhub_bench: Bench
) -> None:
    is_drained, topic = script(), kafka_bench.topic()
    on_kafka, on_event_hubs = Kept(), Kept()
    await kafka_bench.send(topic, b"1", b"2", b"3")
    assert not await is_drained(kafka_bench.config, topic, kafka_bench.group)
    await eventhub_bench.send(topic, b"4", b"5")  # the writer was switched, the worker not yet

    before = await kafka_bench.consume(topic, on_kafka)
    await kafka_bench.until(lambda: is_drained(kafka_bench.config, topic, kafka_bench.group))
    await before.stop()
    await eventhub_bench.consume(topic, on_event_hubs)
    await eventhub_bench.until(lambda: len(on_event_hubs.values) >= 2)

    assert (on_kafka.values, on_event_hubs.values) == ([b"1", b"2", b"3"], [b"4", b"5"])


async def test_a_position_that_was_placed_by_hand_is_where_a_worker_begins(eventhub_bench: Bench) -> None:
    topic, kept = eventhub_bench.topic(), Kept()
    folder = Path(eventhub_bench.environment["EVENTHUB_CHECKPOINT_STORE"], topic, eventhub_bench.group)
    await eventhub_bench.send(topic, b"1")
    consumer = await eventhub_bench.consume(topic, kept)
    await eventhub_bench.until_committed(topic, 1)
    checkpoint = only_file(folder)
    earlier = checkpoint.read_text()
    await eventhub_bench.send(topic, b"2", b"3")
    await eventhub_bench.until_committed(topic, 3)
    await consumer.stop()

    checkpoint.write_text(earlier)
    await eventhub_bench.consume(topic, kept)
    await eventhub_bench.until(lambda: len(kept.values) >= 5)

    assert kept.values == [b"1", b"2", b"3", b"2", b"3"]
    assert re.fullmatch(r'\{"sequence_number": \d+, "offset": "\d+"\}', earlier)
