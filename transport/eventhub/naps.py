"""Takes the naps out of the SDK (5.15), which looks again after a while where it could wait for what comes.

- A link takes some nine frames to open, and after each the SDK sleeps 50 ms: half a second for every link and
  for every question about an event hub, however near the service is.
- A consumer that ends looks once a second whether its partitions are given back, and once a second whether it
  may stop keeping a connection alive.

Nothing is left out: the same frames go in the same order, and the same tasks come to their end.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from azure.eventhub._pyamqp.aio import _client_async as sdk
from azure.eventhub.aio import EventHubConsumerClient
from azure.eventhub.aio._eventprocessor.event_processor import EventProcessor

FRAMES = 20  # more than a link takes to open: whatever never gets ready still lets others have their turn
NAP = 0.05  # seconds
AGAIN = 0.5  # seconds until a task that goes on is cancelled again: see ended()


def _at_once(ready: Callable[[Any], Awaitable[bool]]) -> Callable[[Any], Coroutine[Any, Any, bool]]:
    @functools.wraps(ready)
    async def at_once(client: Any) -> bool:
        """Each turn waits for one frame, so this waits for the service and for nothing else."""
        for _ in range(FRAMES):
            if await ready(client):
                return True
        return False

    return at_once


def _awake(close: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Coroutine[Any, Any, None]]:
    @functools.wraps(close)
    async def awake(client: Any) -> None:
        keeping, client._keep_alive_thread = client._keep_alive_thread, None
        if keeping is not None:
            keeping.cancel()
            await asyncio.wait([keeping])
        await close(client)

    return awake


def _watched(stop: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Coroutine[Any, Any, None]]:
    @functools.wraps(stop)
    async def watched(processor: Any) -> None:
        processor._running = False
        while processor._tasks:
            await processor._cancel_tasks_for_partitions(list(processor._tasks))
            if receiving := [one for one in processor._tasks.values() if not one.done()]:
                await asyncio.wait(receiving, timeout=AGAIN)
            else:
                await asyncio.sleep(NAP)  # what gives the partition back is shielded, and still at it
        await stop(processor)

    return watched


async def ended(receiving: asyncio.Task[None], client: EventHubConsumerClient) -> None:
    """Cancel what receives with `client`, until it gives its partitions back, and wait until it has.

    Until Python 3.12 `asyncio.wait_for`, which the SDK reads with, loses a cancellation that comes together
    with a frame.
    """
    while not receiving.done():
        processors: Any = client._event_processors
        if not processors or any(one._running for one in processors.values()):
            receiving.cancel()
        await asyncio.wait([receiving], timeout=NAP)


sdk.AMQPClientAsync.client_ready_async = _at_once(sdk.AMQPClientAsync.client_ready_async)  # type: ignore[method-assign]
sdk.AMQPClientAsync.close_async = _awake(sdk.AMQPClientAsync.close_async)  # type: ignore[method-assign]
EventProcessor.stop = _watched(EventProcessor.stop)  # type: ignore[method-assign, assignment]
"""In the whole process: who else uses the SDK is served as fast."""
