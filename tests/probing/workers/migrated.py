"""Takes its clients from the transport layer: squares numbers from `numbers` to `squares`."""

import asyncio
import json
import os
import signal

from transport import TransportConfig, create_consumer, create_producer

PREFIX = os.environ.get("NAMES_PREFIX", "")


async def main():
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    config = TransportConfig.from_env()
    producer = create_producer(config=config, domain=f"{PREFIX}math", worker_name="squares")

    async def handle(message):
        try:
            number = json.loads(message.value)["number"]
        except ValueError:
            return
        await producer.send(f"{PREFIX}squares", json.dumps({"number": number, "square": number**2}).encode())

    consumer = await create_consumer(
        config=config,
        domain=f"{PREFIX}math",
        worker_name="squares",
        topics=[f"{PREFIX}numbers"],
        message_handler=handle,
    )
    await producer.start()
    await consumer.start()
    print("worker is ready", flush=True)
    await stopped.wait()
    await consumer.stop()
    await producer.stop()


asyncio.run(main())
