import asyncio

from aiokafka import AIOKafkaConsumer


async def consume():
    consumer = AIOKafkaConsumer(
        "claims.pings",
        bootstrap_servers="localhost:9092",
        group_id="claims-main-function-worker",
    )
    # Get cluster layout and join the group
    await consumer.start()
    try:
        async for msg in consumer:
            print("consumed:", msg.topic, msg.partition, msg.offset, msg.key, msg.value)
    finally:
        await consumer.stop()


if __name__ == "__main__":
    asyncio.run(consume())
