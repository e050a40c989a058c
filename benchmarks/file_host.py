"""A host of files of any size on loopback, in a process of its own, which answers after a fixed latency.

`python -m benchmarks.file_host SECONDS` prints its address, serves `/NAME?bytes=SIZE`, and ends when its
standard input does: with the benchmark that started it, however that ends.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

MB = 1_000_000
BLOCK = bytes(64 * 1024)


@contextmanager
def file_host(latency: float) -> Iterator[str]:
    """The address of a host that takes `latency` seconds before it answers, while the block runs."""
    command = [sys.executable, "-m", __name__, str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()


async def _serve(latency: float) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(latency)
        response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        response.content_length = left = int(request.query["bytes"])
        await response.prepare(request)
        while left:
            block = BLOCK[:left]
            await response.write(block)
            left -= len(block)
        return response

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
