import asyncio
import logging
import os

from aiokafka import AIOKafkaConsumer

logger = logging.getLogger(__name__)


async def count() -> None:
    consumer = AIOKafkaConsumer(
        "claims.clicks",
        bootstrap_servers=os.environ["KAFKA"],
        group_id="claims-counts-locally-worker",
        enable_auto_commit=False,
    )
    seen = 0
    await consumer.start()
    try:
        async for click in consumer:
            seen += 1
            if seen % 1000 == 0:
                logger.info("%d clicks, the last at %d", seen, click.timestamp)
                await consumer.commit()
    finally:
        await consumer.stop()


asyncio.run(count())
