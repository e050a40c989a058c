"""A member of the group, in a process of its own: fails, finds poison, and writes down what it finished.

Run as `python -m tests.transport.chaos.member TOPIC WORKER JOURNAL OPTIONS`. Each line of the journal is
written in one step before the handler returns, so it survives a kill, as the effect of a handler would.
"""

import asyncio
import json
import logging
import os
import random
import signal
import sys
import time

from transport import ConsumerOptions, PermanentError, PipelineMessage, TransportConfig, create_consumer

FAILURES = 0.02


def journal_line(message: PipelineMessage) -> bytes:
    assert message.value is not None
    name, number, _ = message.value.split()
    fields = (time.monotonic_ns(), name.decode(), number.decode(), message.partition, message.offset)
    return " ".join(map(str, fields)).encode() + b"\n"


async def main(topic: str, worker: str, journal: str, options: dict[str, object]) -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    book = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def handle(message: PipelineMessage) -> None:
        assert message.value is not None
        kind = message.value.split()[2]
        await asyncio.sleep(random.random() * 0.004)
        if kind == b"poison":
            raise PermanentError("poison")
        if kind == b"sour":
            raise ValueError("no attempt will help, but who knows that")
        if random.random() < FAILURES:
            raise TimeoutError("for once")
        os.write(book, journal_line(message))

    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    consumer = await create_consumer(
        config=TransportConfig.from_env(),
        domain="chaos",
        worker_name=worker,
        topics=[topic],
        message_handler=handle,
        options=ConsumerOptions(**options),  # type: ignore[arg-type]
    )
    starting = asyncio.create_task(consumer.start())
    leaving = asyncio.create_task(ended.wait())
    await asyncio.wait([starting, leaving], return_when=asyncio.FIRST_COMPLETED)
    if not leaving.done():
        await starting
        print("ready", flush=True)
    await leaving
    await consumer.stop()
    await asyncio.gather(starting, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], json.loads(sys.argv[4])))
