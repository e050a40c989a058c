"""Sends what is sent side by side as one batch: while one is on its way, the next one gathers."""

import asyncio
from collections import deque
from collections.abc import Callable

from azure.eventhub import EventData, EventDataBatch

from transport.errors import SendError, TransportError, being_cancelled
from transport.eventhub.client import Sender

TIMEOUT = 30.0  # seconds a batch may take, with the SDK's retries
Translate = Callable[[BaseException], TransportError]


class Lane:
    """Sends to one partition, or to any, one batch at a time and so in order.

    Arguments:
        partition: its number as text, None to let the service choose.
        doing: what is being done, for people.
        translate: makes our error of one of the SDK's.
    """

    def __init__(self, client: Sender, partition: str | None, doing: str, translate: Translate) -> None:
        self._client = client
        self._partition = partition
        self._doing = doing
        self._translate = translate
        self._queue: deque[tuple[EventData, asyncio.Future[None]]] = deque()
        self._sending: asyncio.Task[None] | None = None

    async def send(self, event: EventData) -> None:
        """Return when the event is acknowledged.

        Errors: TransportError.
        """
        acknowledged = asyncio.get_running_loop().create_future()
        self._queue.append((event, acknowledged))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(), name="transport sends a batch")
        await acknowledged

    async def close(self) -> None:
        """Give up what is not acknowledged yet."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        for _, acknowledged in self._queue:
            _settle(acknowledged, self._closed())
        self._queue.clear()

    async def _send(self) -> None:
        while self._queue:
            waiting: list[asyncio.Future[None]] = []
            failure: BaseException | None = None
            try:
                async with asyncio.timeout(TIMEOUT):
                    batch = await self._client.create_batch(partition_id=self._partition)
                    waiting = self._fill(batch)
                    if waiting:
                        await self._client.send_batch(batch)
            except asyncio.CancelledError:
                failure = self._closed()
                if being_cancelled():
                    raise  # else the SDK cancelled what it waited for, and those behind still wait for us
            except TimeoutError:
                failure = SendError(f"{self._doing}: no acknowledgement within {TIMEOUT:.0f} s")
            except Exception as error:
                failure = self._translate(error)
            finally:
                if failure is not None and not waiting:  # no batch could be made: all must hear of it
                    waiting = [acknowledged for _, acknowledged in self._queue]
                    self._queue.clear()
                for acknowledged in waiting:
                    _settle(acknowledged, failure)

    def _fill(self, batch: EventDataBatch) -> list[asyncio.Future[None]]:
        """Put as many events into a batch as fit; one that fits into none is refused."""
        taken: list[asyncio.Future[None]] = []
        while self._queue:
            event, acknowledged = self._queue[0]
            try:
                batch.add(event)
            except ValueError:
                if taken:
                    break
                _settle(
                    acknowledged,
                    SendError(
                        f"{self._doing}: the message is larger than the {batch.max_size_in_bytes} bytes that "
                        "the event hub takes, key and headers included"
                    ),
                )
            else:
                taken.append(acknowledged)
            self._queue.popleft()
        return taken

    def _closed(self) -> SendError:
        return SendError(f"{self._doing}: the connection was closed before the message was acknowledged")


def _settle(acknowledged: asyncio.Future[None], failure: BaseException | None) -> None:
    if acknowledged.done():
        return  # its sender has gone
    if failure is None:
        acknowledged.set_result(None)
    else:
        acknowledged.set_exception(failure)
