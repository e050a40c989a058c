"""What is sent, and how it arrives."""

import asyncio

import pytest

from tests.transport.contract.messages import LIMIT, Recorder, numbered, read
from transport import SendError, UsageError, create_producer

ODD_MESSAGES = [  # key, value (each another), headers
    (None, b"plain", ()),
    (b"key", None, ()),
    (b"", b"", (("empty", b""),)),
    (b"\xff\x00 key", bytes(range(256)), (("bytes", bytes(range(256))),)),
    ("ключ".encode(), b"text", (("имя", b"1"), ("x-pipeline-key", b"2"))),
    (b"k" * 300, b"twice", (("a", b"1"), ("b", b"2"), ("a", b"3"))),
]


class ProducerTests:
    async def test_key_value_and_headers_arrive_as_sent(self, bench):
        """34"""
        topic, handler = bench.topic(), Recorder()
        for key, value, headers in ODD_MESSAGES:
            await bench.send(topic, value, key=key, headers=headers)
        await bench.consume(topic, handler)
        await bench.until(lambda: len(handler.done) == len(ODD_MESSAGES))
        arrived = {message.value: (message.key, message.headers) for message in handler.done}
        assert arrived == {value: (key, headers) for key, value, headers in ODD_MESSAGES}

    async def test_the_same_key_goes_to_the_same_partition(self, bench):
        """34; what browsing finds, the handler gets"""
        topic, handler = bench.topic(), Recorder()
        for key in (b"one", b"two", b"\xff"):
            await bench.send(topic, *numbered(3), key=key)
        messages = await read(bench, topic, 9)
        for key in (b"one", b"two", b"\xff"):
            assert len({message.partition for message in messages if message.key == key}) == 1
        await bench.consume(topic, handler)
        await bench.until(lambda: len(handler.done) == 9)
        assert sorted(handler.done, key=lambda message: (message.partition, message.offset)) == messages

    async def test_a_send_is_acknowledged_or_raises(self, bench):
        """35"""
        topic = bench.topic()
        await bench.send(topic, b"0")
        with pytest.raises(SendError):
            await bench.send(topic, b"x" * 2 * LIMIT)
        await bench.send(topic, b"2")
        assert [message.value for message in await read(bench, topic, 2)] == [b"0", b"2"]

    async def test_stopping_a_producer_waits_for_its_sends(self, bench):
        """36"""
        topic = bench.topic()
        producer = create_producer(config=bench.config, domain="tests", worker_name="p")
        await producer.start()
        sending = [asyncio.create_task(producer.send(topic, value, key=b"k")) for value in numbered(30)]
        await asyncio.sleep(0)
        await producer.stop()
        await asyncio.gather(*sending)
        assert len(await read(bench, topic, 30)) == 30
        with pytest.raises(UsageError):
            await producer.send(topic, b"late")
