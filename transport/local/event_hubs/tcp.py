"""AMQP over TCP and over TLS."""

import asyncio
import socket
import ssl
from typing import cast

from transport.local.event_hubs.attaching import Service
from transport.local.event_hubs.connection import AmqpConnection


async def listen(listening: socket.socket, service: Service, tls: ssl.SSLContext | None = None) -> None:
    """Serve `service` on a listening socket."""
    await asyncio.get_running_loop().create_server(lambda: TcpWire(service), sock=listening, ssl=tls)


class TcpWire(asyncio.Protocol):
    """Feeds a connection from a socket, plain or encrypted."""

    def __init__(self, service: Service) -> None:
        """Make one for the next socket."""
        self._service = service
        self.congested = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self._transport = cast("asyncio.Transport", transport)
        self._connection = AmqpConnection(self._service, self)

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        self._connection.received(data)

    def pause_writing(self) -> None:
        """The client reads more slowly than we write."""
        self.congested = True

    def resume_writing(self) -> None:
        """The client has caught up."""
        self.congested = False
        self._connection.wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        del exc
        self._connection.lost()

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._transport.write(data)

    def close(self) -> None:
        """Send what was written, then hang up."""
        self._transport.close()
