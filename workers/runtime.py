"""Runs one worker as a process: starts it, says when it is ready, and drains it on SIGTERM or SIGINT."""

import asyncio
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

import structlog

from transport.errors import ConfigurationError
from workers.errors import PluginFileError, SettingError
from workers.worker import Worker, WorkerType

if TYPE_CHECKING:
    from workers.health import Watch

log = structlog.get_logger("workers.runtime")

STOPPED, FAILED, MISCONFIGURED = 0, 1, 2
"""Exit codes; the last one means that starting again will not help."""
MISCONFIGURATIONS = (SettingError, PluginFileError, ConfigurationError)


def run(worker: WorkerType, environ: Mapping[str, str], name: str = "worker") -> int:
    """Run `worker` until SIGTERM or SIGINT, or until it fails; the process's exit code.

    With WORKER_HEALTH_ADDRESS it can be watched there, under its `name` (see `health`).
    """
    try:
        asyncio.run(_watch(worker.from_env(environ), environ.get("WORKER_HEALTH_ADDRESS", "").strip(), name))
    except Exception as error:
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        if isinstance(error, MISCONFIGURATIONS):
            log.error("worker cannot start", error_type=kind, error=str(error))
            return MISCONFIGURED
        log.exception("worker failed", error_type=kind)
        return FAILED
    log.info("worker stopped")
    return STOPPED


async def _watch(worker: Worker, address: str, name: str) -> None:
    async with AsyncExitStack() as serving:
        watch = None
        if address:
            from workers import health  # its libraries would slow down the start of those who are not watched

            watch = await serving.enter_async_context(health.watched(name, address))
        await _run(worker, watch)


async def _run(worker: Worker, watch: "Watch | None") -> None:
    asked, ready = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    work = asyncio.create_task(_work(worker, ready))
    if watch is not None:
        watch.follow(work, ready)
    stop = asyncio.create_task(asked.wait())
    await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if asked.is_set():
        log.info("worker is stopping")
    work.cancel()
    await asyncio.wait({work})
    try:
        await worker.stop()
    finally:
        with suppress(asyncio.CancelledError):
            await work


async def _work(worker: Worker, ready: asyncio.Event) -> None:
    await worker.start()
    ready.set()
    log.info("worker is ready")
    await asyncio.Event().wait()
