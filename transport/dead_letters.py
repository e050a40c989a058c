"""Where permanently bad messages go, and what they carry along."""

import asyncio
from collections.abc import Callable

from transport.adapter import Sink
from transport.contract import Headers, PipelineMessage

ORIGIN = ("x-origin-topic", "x-origin-partition", "x-origin-offset", "x-attempts", "x-reason")
REASON_LENGTH = 500


class DeadLetters:
    """Writes messages to the dead-letter topics over a connection of its own, opened at the first one.

    Arguments:
        topics: the dead-letter topic of each topic that has one.
    """

    def __init__(self, connect: Callable[[], Sink], topics: dict[str, str]) -> None:
        self.topics = topics
        self._connect = connect
        self._sink: Sink | None = None
        self._opening = asyncio.Lock()

    async def bury(self, message: PipelineMessage, attempts: int, failure: BaseException) -> None:
        """Return when the broker has acknowledged the dead letter.

        Errors: TransportError; the message must not be committed then.
        """
        sink = await self._opened()
        await sink.send(
            self.topics[message.topic], message.value, message.key, headers(message, attempts, failure)
        )

    async def close(self) -> None:
        if self._sink is not None:
            await self._sink.close()
            self._sink = None

    async def _opened(self) -> Sink:
        async with self._opening:
            if self._sink is None:
                sink = self._connect()
                await sink.open()
                self._sink = sink
            return self._sink


def headers(message: PipelineMessage, attempts: int, failure: BaseException) -> Headers:
    """The message's own headers, then where it came from, how often it was tried, and why it failed.

    What an earlier burial wrote is replaced, so that a replayed message tells its latest story only.
    """
    reason = f"{type(failure).__name__}: {failure}"[:REASON_LENGTH]
    story = (message.topic, str(message.partition), str(message.offset), str(attempts), reason)
    own = tuple(pair for pair in message.headers if pair[0] not in ORIGIN)
    return (*own, *zip(ORIGIN, (text.encode("utf-8", "replace") for text in story), strict=True))
