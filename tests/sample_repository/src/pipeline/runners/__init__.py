"""Starts workers as processes: `python -m pipeline.runners.NAME`."""

import asyncio
import logging
import signal
from typing import Protocol

logger = logging.getLogger(__name__)


class Worker(Protocol):
    """What can be run."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


def run(worker: Worker) -> None:
    """Run a worker until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(_run(worker))


async def _run(worker: Worker) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        await worker.start()
        logger.info("ready to process messages")
        await stopped.wait()
    finally:
        await worker.stop()
    logger.info("stopped")
