"""One assigned partition: its queue, its one message at a time, its retries, and how far it has come."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from transport import backoff
from transport.adapter import Delivery
from transport.contract import ConsumerOptions, Handler, PartitionHealth, PipelineMessage, TopicPartition
from transport.errors import PermanentError
from transport.watermark import Mark, Watermark

log = logging.getLogger("transport")

Bury = Callable[[PipelineMessage, int, BaseException], Awaitable[None]]
BREATH = 128  # messages after which a handler that never waits lets the rest of the process run


class Lane:
    """Hands one partition's messages to the handler, in order, each until it is done with.

    A message is done with when its handler returned, or when the dead-letter write was acknowledged. Until
    then the lane stays at it: nothing later is handled, so nothing later can be committed.

    Arguments:
        bury: writes a message to the dead letters, returns when that is acknowledged; None to hold instead.
        progressed: called when the front of finished messages moved.
        room: called when the queue has fallen to half after it was full.
    """

    def __init__(
        self,
        partition: TopicPartition,
        handler: Handler,
        options: ConsumerOptions,
        *,
        bury: Bury | None,
        progressed: Callable[["Lane"], None],
        room: Callable[["Lane"], None],
    ) -> None:
        self.partition = partition
        self.watermark = Watermark()
        self.committed: Mark | None = None
        self.paused = False
        self._handler = handler
        self._options = options
        self._bury = bury
        self._progressed = progressed
        self._room = room
        self._queue: deque[Delivery] = deque()
        self._filled = asyncio.Event()
        self._closing = asyncio.Event()
        self._since: float | None = None
        self._attempts = 0
        self._held: str | None = None
        self._given_up = False
        self._task = asyncio.create_task(self._run(), name=f"transport {partition}")
        self._task.add_done_callback(self._ended)

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    @property
    def full(self) -> bool:
        return len(self._queue) >= self._options.max_buffered

    @property
    def uncommitted(self) -> Mark | None:
        """The mark to commit next, None when there is nothing new."""
        reached = self.watermark.reached
        return reached if reached is not None and reached != self.committed else None

    def deliver(self, deliveries: Sequence[Delivery]) -> None:
        """Queue messages; those seen before (a client that reconnected) are dropped."""
        if self._closing.is_set():
            return
        self._queue.extend(one for one in deliveries if self.watermark.deliver(one.mark))
        self._filled.set()

    def close(self) -> None:
        """Start no further handler. The one that is running may finish: see `drained`."""
        self._closing.set()
        self._filled.set()
        self._queue.clear()

    async def drained(self, patience: float) -> None:
        """Wait `patience` seconds for the running handler, then cancel it: its message comes again."""
        self.close()
        await asyncio.wait([self._task], timeout=patience)
        if not self._task.done():
            log.warning("%s: the handler did not finish in %.1f s and is cancelled", self.partition, patience)
            self._task.cancel()
            await asyncio.wait([self._task], timeout=1.0)
        if not self._task.done():
            self._given_up = True
            log.error("%s: the handler ignores its cancellation; its message comes again", self.partition)

    def health(self) -> PartitionHealth:
        return PartitionHealth(
            topic=self.partition.topic,
            partition=self.partition.partition,
            committed=self.committed.offset + 1 if self.committed is not None else None,
            buffered=len(self._queue),
            busy_for=time.monotonic() - self._since if self._since is not None else None,
            attempts=self._attempts,
            held=self._held,
        )

    async def _run(self) -> None:
        handled = 0
        while not self._closing.is_set():
            if not self._queue:
                self._filled.clear()
                await self._filled.wait()
                continue
            delivery = self._queue.popleft()
            self._since, self._attempts = time.monotonic(), 0
            done = await self._see_through(delivery.message)
            self._since, self._attempts, self._held = None, 0, None
            if not done or self._given_up:  # by then the partition may be another member's
                return
            self.watermark.finish(delivery.mark.offset)
            self._progressed(self)
            if self.paused and len(self._queue) <= self._options.max_buffered // 2:
                self._room(self)
            handled += 1
            if handled % BREATH == 0:
                await asyncio.sleep(0)

    async def _see_through(self, message: PipelineMessage) -> bool:
        """Try a message until it is done with; False if the lane closes first."""
        while True:
            self._attempts += 1
            failure = await self._attempt(message)
            if failure is None:
                return True
            permanent = isinstance(failure, (PermanentError, *self._options.permanent_errors))
            given_up = permanent or self._attempts >= self._options.max_attempts
            self._tell(message, failure, given_up)
            if given_up and self._bury is not None:
                return await self._put_away(self._bury, message, failure)
            if given_up:
                self._held = (
                    f"{self.partition} is held at {message.offset} after {self._attempts} attempts, "
                    f"as there is no dead-letter topic: {_told(failure)}"
                )
            if not await self._waited(self._options.retry_max if permanent else self._delay(self._attempts)):
                return False

    async def _attempt(self, message: PipelineMessage) -> BaseException | None:
        try:
            await self._handler(message)
        except asyncio.CancelledError as cancelled:
            # Cancelled by us is the end; a cancellation the handler let slip out of itself is a failure.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return cancelled
        except Exception as error:
            return error
        return None

    async def _put_away(self, bury: Bury, message: PipelineMessage, failure: BaseException) -> bool:
        """Write to the dead letters until that is acknowledged; False if the lane closes first."""
        refusals = 0
        while True:
            try:
                await bury(message, self._attempts, failure)
            except Exception as error:
                refusals += 1
                self._held = f"{self.partition} is held at {message.offset}: no dead letter is taken: {error}"
                log.error("%s", self._held)
            else:
                log.warning("%s: message %d went to the dead letters", self.partition, message.offset)
                return True
            if not await self._waited(self._delay(refusals)):
                return False

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A lane ends when it is closed; if a mistake of ours ends it earlier, that must show."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._held = f"{self.partition} has stopped by an error of the transport layer: {_told(error)}"
            log.error("%s", self._held, exc_info=error)

    def _delay(self, failures: int) -> float:
        return backoff.pause(failures, first=self._options.retry_first, longest=self._options.retry_max)

    async def _waited(self, seconds: float) -> bool:
        """Wait; False as soon as the lane closes."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return True
        return False

    def _tell(self, message: PipelineMessage, failure: BaseException, given_up: bool) -> None:
        """Log a failure, with its traceback the first time. The message's content stays out of the log."""
        log.log(
            logging.ERROR if given_up else logging.WARNING,
            "%s: the handler failed at %d (attempt %d): %s",
            self.partition,
            message.offset,
            self._attempts,
            _told(failure),
            exc_info=failure if self._attempts == 1 else None,
        )


def _told(failure: BaseException) -> str:
    text = str(failure)
    name = type(failure).__name__
    return f"{name}: {text.splitlines()[0][:300]}" if text else name
