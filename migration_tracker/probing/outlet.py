"""Carries connections out of the namespaces that gates have made, and writes down who was refused there.

Run as a script, one for each run: `outlet.py SOCKET RECORD`. It stays outside; what listens inside is handed
to it through SOCKET. It writes to RECORD what the fence inside the worker writes to its own. It imports
nothing of ours.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import sys
from typing import Any

_LOOPBACK = ("127.0.0.1", "::1", "0.0.0.0", "::")  # noqa: S104
_MOST = 200  # listeners of one gate


class Outlet:
    """All that is carried for one run."""

    def __init__(self, record: str) -> None:
        self._record = record
        self._kept: list[Any] = []

    async def take(self, gate: socket.socket) -> None:
        """Take what listens in a new namespace."""
        loop = asyncio.get_running_loop()
        gate.setblocking(True)
        targets, descriptors = await loop.run_in_executor(None, _received, gate)
        seen = socket.socket(fileno=descriptors[0])
        seen.setblocking(False)
        loop.add_reader(seen, self._refused, seen)
        self._kept.append(seen)
        for target, descriptor in zip(targets[1:], descriptors[1:], strict=True):
            listening = socket.socket(fileno=descriptor)
            self._kept.append(await asyncio.start_server(self._carry(target), sock=listening))
        gate.sendall(b"+")
        gate.close()

    def _carry(self, target: str) -> Any:
        host, _, port = target.rpartition(":")

        async def carried(inner: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
            try:
                outer, away = await asyncio.open_connection(host, int(port))
            except OSError:
                back.transport.abort()
                return
            await asyncio.gather(_copy(inner, away), _copy(outer, back))
            for writer in (away, back):
                writer.close()

        return carried

    def _refused(self, seen: socket.socket) -> None:
        try:
            packet = seen.recv(128)
        except OSError:
            return
        if packet[0] >> 4 == 4:
            host, ports = socket.inet_ntop(socket.AF_INET, packet[12:16]), packet[20:22]
        else:
            host, ports = socket.inet_ntop(socket.AF_INET6, packet[8:24]), packet[40:42]
        (port,) = struct.unpack("!H", ports)
        address = f"{'localhost' if host in _LOOPBACK else host}:{port}"
        file = os.open(self._record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, (json.dumps({"address": address, "stack": []}) + "\n").encode())
        finally:
            os.close(file)


def _received(gate: socket.socket) -> tuple[list[str], list[int]]:
    (size,) = struct.unpack("=I", _exactly(gate, 4))
    said, descriptors, _, _ = socket.recv_fds(gate, size, _MOST)
    return json.loads(said + _exactly(gate, size - len(said))), descriptors


def _exactly(gate: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        if not (more := gate.recv(size - len(data))):
            raise ConnectionError("the gate has closed")
        data += more
    return data


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Carry bytes until `source` ends, and tell the other side so."""
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
        sink.write_eof()
    except (OSError, RuntimeError):
        sink.transport.abort()


async def main(place: str, record: str) -> None:
    outlet = Outlet(record)
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        listening.setblocking(False)
        print("ready", flush=True)
        while True:
            gate, _ = await loop.sock_accept(listening)
            try:
                await outlet.take(gate)
            except OSError as wrong:
                print(f"outlet: {wrong}", file=sys.stderr)
                gate.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
