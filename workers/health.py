"""A worker seen from outside: is it alive, is it ready, what has it done. Over HTTP, from its own event loop.

An answer at all shows that the loop turns: a probe must have a time-out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog
from aiohttp import web

from transport import observed
from workers.counts import CONTENT_TYPE, Counts
from workers.errors import SettingError

ADDRESS = "WORKER_HEALTH_ADDRESS"

log = structlog.get_logger("workers.runtime")


@dataclass(slots=True)
class Answer:
    """What one of the questions is answered: yes or no, why not, and what is known beside."""

    yes: bool
    reason: str
    consumers: list[dict[str, Any]] = field(default_factory=list)

    def response(self) -> web.Response:
        """200 for yes, 503 for no."""
        return web.json_response(asdict(self), status=200 if self.yes else 503)


class Watch:
    """What is known of a running worker: of its task by the runtime, of the rest by the transport layer."""

    def __init__(self, worker: str) -> None:
        self.counts = Counts(worker)
        self._work: asyncio.Task[None] | None = None
        self._started: asyncio.Event | None = None

    def follow(self, work: "asyncio.Task[None]", started: asyncio.Event) -> None:
        """`work` ends when the worker does; `started` is set when its start() has returned."""
        self._work, self._started = work, started

    def live(self) -> Answer:
        """Whether the worker can go on by itself: if not, only a restart helps."""
        if self._work is not None and self._work.done():
            return Answer(False, "the worker has ended")
        told = self.counts.health()
        dead = [one.reason for one in told if not one.live]
        return Answer(not dead, "; ".join(dead), [asdict(one) for one in told])

    def ready(self) -> Answer:
        """Whether messages are being taken: partitions are assigned."""
        if not (alive := self.live()).yes:
            return alive
        if self._started is None or not self._started.is_set():
            return Answer(False, "the worker is starting", alive.consumers)
        waiting = [one.reason for one in self.counts.health() if not one.ready]
        return Answer(not waiting, "; ".join(waiting), alive.consumers)


@asynccontextmanager
async def watched(worker: str, address: str) -> AsyncIterator[Watch]:
    """Serve /healthz, /readyz and /metrics at `address` (HOST:PORT; 0 for any free port) during the block.

    Errors: SettingError for an address that is none, or is taken.
    """
    host, port = _parts(address)
    watch = Watch(worker)
    runner = web.AppRunner(_application(watch), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise SettingError(ADDRESS, f"is {address!r}: {error.strerror or error}") from None
        log.info("health endpoint listens", address="http://{}:{}".format(*runner.addresses[0][:2]))
        with observed(watch.counts):
            yield watch
    finally:
        await runner.cleanup()


def _application(watch: Watch) -> web.Application:
    async def healthz(_request: web.Request) -> web.Response:
        return watch.live().response()

    async def readyz(_request: web.Request) -> web.Response:
        return watch.ready().response()

    async def metrics(_request: web.Request) -> web.Response:
        body = watch.counts.exposition(live=watch.live().yes, ready=watch.ready().yes)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    return app


def _parts(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise SettingError(ADDRESS, f"is {address!r}: it must be HOST:PORT, like 127.0.0.1:8081")
    return host, int(port)
