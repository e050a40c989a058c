"""Sends numbered messages at a steady rate, key by key, each until it is acknowledged."""

import asyncio
import time

from transport import Producer, TransportConfig, TransportError, create_producer

KEYS = 20
VALUE = 200  # bytes


class Load:
    """Messages under way.

    Arguments:
        rate: messages a second over all keys.
    """

    def __init__(self, config: TransportConfig, topic: str, rate: float) -> None:
        self.sent = 0
        self.refused = 0
        self._config = config
        self._topic = topic
        self._pause = KEYS / rate
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Send until `end`."""
        producer = create_producer(config=self._config, domain="soak", worker_name="load")
        await producer.start()
        try:
            await asyncio.gather(*(self._send_key(producer, f"k{number}".encode()) for number in range(KEYS)))
        finally:
            await producer.stop()

    def end(self) -> None:
        """Let the messages under way be acknowledged, and begin no more."""
        self._ended.set()

    async def _send_key(self, producer: Producer, key: bytes) -> None:
        due, number = time.monotonic(), 0
        while not self._ended.is_set():
            value = f"{number} ".encode().ljust(VALUE, b".")
            try:
                await producer.send(self._topic, value, key=key)
            except TransportError:
                self.refused += 1
                await asyncio.sleep(0.2)
                continue
            number += 1
            self.sent += 1
            due += self._pause
            await asyncio.sleep(max(0.0, due - time.monotonic()))
