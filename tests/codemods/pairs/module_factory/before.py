import asyncio
import os

from aiokafka import AIOKafkaConsumer


async def get_consumer() -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        "claims.reports",
        bootstrap_servers=os.getenv("KAFKA", "kafka:9092"),
        group_id="claims-module-factory-worker",
    )


async def publish(report: bytes) -> None:
    print(report.decode())


async def consume() -> None:
    consumer = await get_consumer()
    await consumer.start()
    try:
        async for report in consumer:
            await publish(report.value)
    finally:
        await consumer.stop()


asyncio.run(consume())
