"""What waits for what, and how much at a time."""

import asyncio
import random

from tests.transport.contract.messages import Recorder, fails_at, keyed, numbered


class ConcurrencyTests:
    async def test_partitions_keep_their_order_side_by_side(self, bench):
        """14"""
        topic, handler = bench.topic(), Recorder()
        for number in range(60):
            await bench.send(topic, str(number).encode(), key=f"key {number % 12}".encode())
        await bench.consume(topic, handler)
        await bench.until(lambda: len(handler.done) == 60)
        for partition in {message.partition for message in handler.done}:
            offsets = [message.offset for message in handler.done if message.partition == partition]
            assert offsets == sorted(offsets)
        for key in {message.key for message in handler.done}:
            values = [int(message.value) for message in handler.done if message.key == key]
            assert values == sorted(values)

    async def test_a_stuck_partition_does_not_starve_the_others(self, bench):
        """17"""
        topic, gate = bench.topic(), asyncio.Event()
        stuck: list[int] = []

        async def wait(message):
            if not stuck:
                stuck.append(message.partition)
            if message.partition == stuck[0]:
                await gate.wait()

        handler = Recorder(wait=wait)
        for number in range(48):
            await bench.send(topic, b"x", key=f"key {number}".encode())
        await bench.consume(topic, handler)
        await bench.until(lambda: bool(stuck))
        await bench.until(lambda: len({m.partition for m in handler.done}) >= 2)
        assert stuck[0] not in {message.partition for message in handler.done}
        gate.set()
        await bench.until(lambda: len(handler.done) == 48)

    async def test_a_full_buffer_pauses_intake_and_resumes(self, bench):
        """16"""
        topic, gate = bench.topic(), asyncio.Event()

        async def wait(_):
            await gate.wait()

        handler = Recorder(wait=wait)
        await bench.send(topic, *numbered(5))
        consumer = await bench.consume(topic, handler, max_buffered=4)
        await bench.until(lambda: bool(handler.attempts))
        await bench.until(lambda: sum(one.buffered for one in consumer.health().partitions) == 4)
        await bench.send(topic, *numbered(30, start=5))
        assert sum(one.buffered for one in consumer.health().partitions) <= 4 + 30
        gate.set()
        await bench.until(lambda: len(handler.done) == 35)
        assert handler.values == numbered(35)

    async def test_messages_of_a_key_keep_their_order_while_others_run(self, bench):
        """13"""
        topic, running, most = bench.topic(), set(), []

        async def wait(message):
            assert message.key not in running
            running.add(message.key)
            most.append(len(running))
            await asyncio.sleep(random.uniform(0, 0.01))
            running.discard(message.key)

        handler = Recorder(wait=wait)
        keys = [f"key {number}".encode() for number in range(10)]
        for number in range(100):
            await bench.send(topic, str(number).encode(), key=keys[number % 10])
        await bench.consume(topic, handler, ordering="key")
        await bench.until_committed(topic, 100)
        assert max(most) > 4
        for number, key in enumerate(keys):
            assert keyed(handler, key) == [str(value).encode() for value in range(number, 100, 10)]

    async def test_messages_without_a_key_wait_for_nobody(self, bench):
        """13: nor for one another"""
        topic, gate = bench.topic(), asyncio.Event()

        async def wait(message):
            if message.value == b"0":
                await gate.wait()

        handler = Recorder(wait=wait)
        await bench.send(topic, *numbered(20), key=None)
        await bench.consume(topic, handler, ordering="key")
        await bench.until(lambda: len(handler.done) == 19)
        gate.set()
        await bench.until_committed(topic, 20)

    async def test_no_more_are_in_flight_than_allowed(self, bench):
        """15"""
        topic, running, most = bench.topic(), 0, []

        async def wait(_):
            nonlocal running
            running += 1
            most.append(running)
            await asyncio.sleep(0.005)
            running -= 1

        handler = Recorder(wait=wait)
        for number in range(60):
            await bench.send(topic, b"x", key=f"key {number}".encode())
        await bench.consume(topic, handler, ordering="key", max_in_flight=5)
        await bench.until_committed(topic, 60)
        assert max(most) == 5

    async def test_a_poisoned_key_does_not_starve_the_others(self, bench):
        """22"""
        topic, handler = bench.topic(), Recorder(fail=fails_at(b"bad"))
        await bench.send(topic, b"bad", b"behind", key=b"poisoned")
        for number in range(30):
            await bench.send(topic, str(number).encode(), key=f"key {number % 5}".encode())
        consumer = await bench.consume(topic, handler, ordering="key", max_in_flight=2, max_buffered=10)
        # The poisoned key may lie in a partition of its own, which is taken up when it pleases.
        await bench.until(lambda: len(handler.done) == 30 and b"bad" in handler.attempts)
        assert b"behind" not in handler.attempts
        await bench.until(lambda: not consumer.health().healthy)
        handler.fail = None
        await bench.until(lambda: keyed(handler, b"poisoned") == [b"bad", b"behind"])
        await bench.until_committed(topic, 32)

    async def test_what_finished_beyond_a_slow_message_is_not_repeated(self, bench):
        """Positions above the watermark ride along with the commit."""
        topic, gate, again = bench.topic(), asyncio.Event(), Recorder()

        async def wait(message):
            if message.value == b"3":
                await gate.wait()

        handler = Recorder(wait=wait)
        await bench.send(topic, *numbered(20))
        consumer = await bench.consume(topic, handler, ordering="unordered", drain_timeout=0.2)
        await bench.until(lambda: len(handler.done) == 19)
        await bench.until_committed(topic, 3)
        await consumer.stop()
        assert list((await bench.committed(topic)).values()) == [3]
        await bench.consume(topic, again)
        await bench.until_committed(topic, 20)
        assert again.values == [b"3"]
