import asyncio
import os

import aiohttp
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def main() -> None:
    servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    async with (
        aiohttp.ClientSession() as session,
        AIOKafkaProducer(bootstrap_servers=servers) as producer,
    ):
        async with AIOKafkaConsumer(
            "claims.urls", bootstrap_servers=servers, group_id="claims-context-manager-worker"
        ) as consumer:
            async for record in consumer:
                async with session.get(record.value.decode()) as response:
                    await producer.send_and_wait(
                        "claims.pages", await response.read(), key=record.key
                    )


asyncio.run(main())
