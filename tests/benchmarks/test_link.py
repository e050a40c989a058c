"""A link that is cut ends every connection, also one that it has only just taken."""

import asyncio
import contextlib

from benchmarks.link import Link


async def test_a_connection_that_is_cut_before_anything_passed_ends():
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as nowhere:
        host, port = nowhere.sockets[0].getsockname()
        async with Link(f"{host}:{port}") as link:
            there, at = link.address.split(":")
            connecting = [asyncio.create_task(asyncio.open_connection(there, int(at))) for _ in range(20)]
            while not all(one.done() for one in connecting):
                link.cut()  # in every turn of the loop, so that some have begun and some have not
                await asyncio.sleep(0)
            async with asyncio.timeout(10):
                for reader, writer in [one.result() for one in connecting]:
                    with contextlib.suppress(ConnectionResetError):
                        assert await reader.read() == b""
                    writer.close()
