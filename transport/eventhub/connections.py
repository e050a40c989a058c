"""Closes what was opened for a client of ours, above all every WebSocket.

The SDK (5.15) forgets the ones whose opening failed or was cancelled: a consumer that cannot reach its
broker would leak one at every attempt. So its `connect` is followed here, for the tasks that run under
`Connections`; other users of the SDK in this process are left alone.
"""

import asyncio
import functools
from asyncio.trsock import TransportSocket
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

from aiohttp import ClientSession
from azure.eventhub._pyamqp.aio import _transport_async as sdk

_owner: ContextVar["Connections | None"] = ContextVar("owner of the WebSockets opened", default=None)


class Closing(Protocol):
    """Something that has to be closed."""

    async def close(self) -> None: ...


Some = TypeVar("Some", bound=Closing)


class Connections:
    """The WebSockets opened by the tasks that began under `counted()`, and what is to be closed with them."""

    def __init__(self) -> None:
        self._open: list[tuple[ClientSession, TransportSocket | None]] = []
        self._closing: list[Closing] = []
        self._ending: set[asyncio.Task[None]] = set()

    def closing(self, one: Some) -> Some:
        """Close this, too."""
        self._closing.append(one)
        return one

    @contextmanager
    def counted(self) -> Iterator[None]:
        """What is awaited and every task that begins in this block belongs to these connections."""
        before = _owner.set(self)
        try:
            yield
        finally:
            _owner.reset(before)

    def opened(self, session: ClientSession, socket: TransportSocket | None) -> None:
        for held, ended in self._open:
            # Of a link that was cut the SDK closes the WebSocket and leaves the session, at every cut.
            if ended is not None and ended.fileno() == -1 and not held.closed:
                ending = asyncio.create_task(held.close())
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)
        self._open = [one for one in self._open if _is_open(*one)]
        self._open.append((session, socket))

    async def close(self) -> None:
        """Close what is still open, and wait (2 s at most) for TLS to take its leave, as aiohttp does not."""
        await asyncio.gather(*(session.close() for session, _ in self._open))
        for _ in range(200):
            if not any(_is_open(*one) for one in self._open):
                break
            await asyncio.sleep(0.01)
        self._open.clear()
        while self._closing:
            await self._closing.pop().close()


def _is_open(session: ClientSession, socket: TransportSocket | None) -> bool:
    return not session.closed or (socket is not None and socket.fileno() != -1)


def _followed(connect: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Coroutine[Any, Any, None]]:
    @functools.wraps(connect)
    async def followed(websocket: Any) -> None:
        owner = _owner.get()
        try:
            await connect(websocket)
        except BaseException:
            if owner is not None and websocket.session is not None:
                await websocket.session.close()
            raise
        if owner is not None:
            owner.opened(websocket.session, websocket.sock.get_extra_info("socket"))

    return followed


sdk.WebSocketTransportAsync.connect = _followed(sdk.WebSocketTransportAsync.connect)  # type: ignore[method-assign]
