"""What only Kafka has, on an Apache Kafka: static members."""

import pytest

pytestmark = pytest.mark.broker


async def handle(message):
    """Nothing to do."""


def parts(consumer):
    return {one.partition for one in consumer.health().partitions}


@pytest.mark.parametrize("static", [True, False])
async def test_a_static_member_comes_back_to_its_partitions_and_nobody_notices(real_kafka_bench, static):
    """One without an instance's name leaves, so that the other one takes its partitions meanwhile."""
    bench, topic = real_kafka_bench, real_kafka_bench.topic()
    await bench.send(topic, b"0")
    first, second = [
        await bench.consume(topic, handle, instance_id=name if static else None, session_timeout=10.0)
        for name in ("one", "two")
    ]
    await bench.until(lambda: [len(parts(first)), len(parts(second))] == [2, 2], 30)
    had = parts(first)
    await first.stop()
    if not static:
        await bench.until(lambda: len(parts(second)) == 4, 30)
        return
    back = await bench.consume(topic, handle, instance_id="one", session_timeout=10.0)
    assert parts(back) == had
    assert len(parts(second)) == 2
