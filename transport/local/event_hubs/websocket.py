"""AMQP over WebSocket, plain and encrypted: what is left when a firewall opens port 443 only."""

import asyncio
import contextlib
import socket
import ssl

from aiohttp import WSMsgType, web

from transport.local.event_hubs.attaching import Service
from transport.local.event_hubs.connection import AmqpConnection

PATH = "/$servicebus/websocket"
SUBPROTOCOL = "AMQPWSB10"

_LARGEST_MESSAGE = 2 * 1024 * 1024  # a client may put several frames into one
_CONGESTED_BYTES = 256 * 1024
_CHUNK_BYTES = 1024 * 1024  # clients refuse WebSocket messages that are too long


class WebSocketWire:
    """Feeds a connection from a WebSocket."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        """Write to `socket`."""
        self._socket = socket
        self._waiting = bytearray()
        self._more = asyncio.Event()
        self._closing = False
        self.connection: AmqpConnection | None = None

    @property
    def congested(self) -> bool:
        """Whether the client reads more slowly than we write."""
        return len(self._waiting) > _CONGESTED_BYTES

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._waiting += data
        self._more.set()

    def close(self) -> None:
        """Send what was written, then hang up."""
        self._closing = True
        self._more.set()

    async def drain(self) -> None:
        """Send what is written, until we or the client hang up."""
        with contextlib.suppress(ConnectionError):
            await self._drain()

    async def _drain(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._waiting:
                chunk = bytes(self._waiting[:_CHUNK_BYTES])
                del self._waiting[:_CHUNK_BYTES]
                await self._socket.send_bytes(chunk)
                if self.connection and not self.congested:
                    self.connection.wake()
            if self._closing:
                await self._socket.close()
                return


async def listen(listening: socket.socket, service: Service, tls: ssl.SSLContext | None = None) -> None:
    """Serve `service` at PATH on a listening socket."""
    runner = web.AppRunner(_application(service), access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening, ssl_context=tls).start()


def _application(service: Service) -> web.Application:
    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=[SUBPROTOCOL], max_msg_size=_LARGEST_MESSAGE, compress=False)
        await socket.prepare(request)
        wire = WebSocketWire(socket)
        wire.connection = AmqpConnection(service, wire)
        draining = asyncio.create_task(wire.drain())
        try:
            async for message in socket:
                if message.type is WSMsgType.BINARY:
                    wire.connection.received(message.data)
        finally:
            wire.connection.lost()
            draining.cancel()
            await asyncio.wait([draining])
        return socket

    application = web.Application()
    application.router.add_get(PATH, serve)
    return application
