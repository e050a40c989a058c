"""What the contract tests send, and the handler that remembers it."""

import contextlib
import time

from transport import browse

LIMIT = 1_048_576  # bytes of a message, on every transport


def numbered(count, start=0):
    return [str(number).encode() for number in range(start, start + count)]


class Recorder:
    """A handler that remembers what it finished, and fails or waits where a test says so."""

    def __init__(self, fail=None, wait=None):
        self.done = []
        self.attempts = []
        self.times = []
        self.fail = fail
        self.wait = wait

    async def __call__(self, message):
        self.attempts.append(message.value)
        self.times.append(time.monotonic())
        if self.wait is not None:
            await self.wait(message)
        if self.fail is not None and (error := self.fail(message)):
            raise error
        self.done.append(message)

    @property
    def values(self):
        return [message.value for message in self.done]


def fails_at(*values, error=ValueError):
    return lambda message: error(f"no {message.value!r} please") if message.value in values else None


def keyed(handler, key):
    """The values a handler finished of one key, in the order it finished them."""
    return [message.value for message in handler.done if message.key == key]


async def read(bench, topic, count):
    """The first `count` messages of a topic, by partition and offset."""
    found = []
    async with contextlib.aclosing(
        browse(config=bench.config, topic=topic, until=time.monotonic() + 20)
    ) as messages:
        while len(found) < count:
            found.append(await anext(messages))
    return sorted(found, key=lambda message: (message.partition, message.offset))
