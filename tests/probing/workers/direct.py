"""Builds its own Kafka client: squares numbers from `numbers` to `squares`.

What it leaves out is named on the command line: `output`, `commit`, `life`; and
what it does besides: `file` writes the square to a file, `link` lays a link to a file outside.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

SERVERS = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", os.environ.get("LEGACY_KAFKA", "localhost:9092"))


async def main():
    print("connecting", flush=True)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    consumer = AIOKafkaConsumer(
        "numbers",
        bootstrap_servers=SERVERS,
        group_id="squares",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=SERVERS)
    try:
        await consumer.start()
        await producer.start()
        while not consumer.assignment():
            await consumer.getmany(timeout_ms=50)
        print("worker is ready", flush=True)
        work = asyncio.create_task(consume(consumer, producer))
        await asyncio.wait({work, asyncio.create_task(stopped.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
        work.cancel()
    finally:
        await consumer.stop()
        await producer.stop()


def leave(number):
    file = Path(os.environ["SCRATCH"], f"{number}.txt")
    if "file" in sys.argv:
        file.write_text(f"the square is {number**2}")
    if "link" in sys.argv:
        file.symlink_to(os.environ["OUTSIDE"])


async def consume(consumer, producer):
    async for message in consumer:
        number = json.loads(message.value)["number"]
        if "life" in sys.argv:
            raise ArithmeticError(f"cannot square {number}")
        leave(number)
        if "output" not in sys.argv:
            await producer.send_and_wait(
                "squares", json.dumps({"number": number, "square": number**2}).encode()
            )
        if "commit" not in sys.argv:
            await consumer.commit()


asyncio.run(main())
