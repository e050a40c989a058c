"""The consumer under load: `python -m benchmarks.soak.consumer TOPIC` prints a line of JSON twice a second.

It holds one number a key, so that its memory shows the transport layer's and nothing of its own.
"""

import asyncio
import contextlib
import json
import logging
import signal
import sys
from pathlib import Path

from transport import ConsumerOptions, PipelineMessage, TransportConfig, create_consumer

STATUS = Path("/proc/self/status")
TOLD_EVERY = 0.5  # seconds


async def main(topic: str) -> None:
    reached: dict[bytes, int] = {}
    counts = {"handled": 0, "duplicates": 0, "gaps": 0}

    async def handle(message: PipelineMessage) -> None:
        assert message.key is not None
        assert message.value is not None
        number, last = int(message.value.split()[0]), reached.get(message.key, -1)
        if number == last + 1:
            reached[message.key] = number
            counts["handled"] += 1
        else:
            counts["duplicates" if number <= last else "gaps"] += 1

    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    consumer = await create_consumer(
        config=TransportConfig.from_env(),
        domain="soak",
        worker_name="consumer",
        topics=[topic],
        message_handler=handle,
        options=ConsumerOptions(session_timeout=6.0, drain_timeout=5.0),
    )
    await consumer.start()
    while not ended.is_set():
        health = consumer.health()
        print(json.dumps({**counts, "memory": resident(), "healthy": health.healthy}), flush=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TOLD_EVERY):
                await ended.wait()
    await consumer.stop()


def resident() -> float:
    """This process's memory, in MB."""
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # what the SDKs say of each cut would bury the report
    asyncio.run(main(sys.argv[1]))
