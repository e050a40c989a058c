"""A TCP link to a broker that can be cut and mended, for tests and measurements of what happens then."""

import asyncio
import contextlib


class Link:
    """Listens on a free loopback port and passes bytes on, both ways, until it is cut.

    Arguments:
        target: `HOST:PORT` to pass them on to; it may be set later, before anybody connects.
    """

    def __init__(self, target: str = "") -> None:
        self.target = target
        self.address = ""
        self.cuts = 0
        self._server: asyncio.Server | None = None
        self._up = True
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Link":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    def cut(self) -> None:
        """Abort every connection, and every further one until it is mended."""
        self._up = False
        self.cuts += 1
        for passing in self._open:
            passing.cancel()

    def mend(self) -> None:
        """Let connections through again."""
        self._up = True

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passing = asyncio.create_task(self._pass_on(reader, writer))
        self._open.add(passing)
        passing.add_done_callback(self._open.discard)
        # Not in the task: one that is cut before its first turn never comes to any line of its own.
        passing.add_done_callback(lambda _: writer.transport.abort())

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._up:
            return
        host, _, port = self.target.rpartition(":")
        try:
            there, back = await asyncio.open_connection(host, int(port))
        except OSError:
            return  # the target is down: whoever connected sees an end, as it would there
        try:
            ways = [asyncio.ensure_future(_copy(reader, back)), asyncio.ensure_future(_copy(there, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            back.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
