"""Runs the Event Hubs stand-in (`python -m transport.local.event_hubs`) until SIGTERM."""

import asyncio
import signal
import socket
from pathlib import Path
from typing import Any

from transport.local import child
from transport.local.event_hubs import bearer, certificates, sas, tcp
from transport.local.event_hubs.attaching import Service
from transport.local.event_hubs.namespace import Namespace

_WIRES = ("amqp", "amqps", "ws", "wss")


async def serve(options: dict[str, Any]) -> None:
    """Listen in all four ways, tell where, wait for SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    service = Service(
        Namespace(partitions=options["partitions"], hubs=options["hubs"], groups=options["groups"]),
        verify=lambda token: (
            bearer.verify(token, options["bearer"])
            if options["bearer"] and not token.startswith(sas.PREFIX)
            else sas.verify(token, {options["key_name"]: options["key"]}, strangers=options["strangers"])
        ),
    )
    tls = certificates.server_context(Path(options["authority_file"]))
    sockets = {wire: socket.create_server(("127.0.0.1", 0)) for wire in _WIRES}
    endpoints = {wire: _address(listening) for wire, listening in sockets.items()}
    child.ready({"endpoints": endpoints})
    # From here on clients can connect, and are served in a moment: importing aiohttp takes as long as all the
    # rest, and whoever waits for us has as much to import.
    from transport.local.event_hubs import websocket

    await tcp.listen(sockets["amqp"], service)
    await tcp.listen(sockets["amqps"], service, tls)
    await websocket.listen(sockets["ws"], service)
    await websocket.listen(sockets["wss"], service, tls)
    await stop.wait()


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()
    return f"{host}:{port}"


if __name__ == "__main__":
    asyncio.run(serve(child.begin()))
