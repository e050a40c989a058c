"""Takes its clients from the transport layer, and connects to a Kafka of its own at its first message."""

import asyncio
import contextlib
import json
import os
import signal

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from transport import TransportConfig, create_consumer, create_producer


async def main():
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    config = TransportConfig.from_env()
    producer = create_producer(config=config, domain="math", worker_name="squares")

    async def tell_the_others():
        legacy = AIOKafkaProducer(bootstrap_servers=os.environ["LEGACY_KAFKA"])
        with contextlib.suppress(KafkaError):
            await legacy.start()
        await legacy.stop()

    async def handle(message):
        await tell_the_others()
        number = json.loads(message.value)["number"]
        await producer.send("squares", json.dumps({"number": number, "square": number**2}).encode())

    consumer = await create_consumer(
        config=config, domain="math", worker_name="squares", topics=["numbers"], message_handler=handle
    )
    await producer.start()
    await consumer.start()
    print("worker is ready", flush=True)
    await stopped.wait()
    await consumer.stop()
    await producer.stop()


asyncio.run(main())
