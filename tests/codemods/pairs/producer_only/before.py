import asyncio
import json

from aiokafka import AIOKafkaProducer


class Clock:
    """Sends the time."""

    def __init__(self, bootstrap_servers: str = "localhost:9092") -> None:
        self.producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap_servers, compression_type="gzip"
        )

    async def tick(self, now: float) -> None:
        await self.producer.send("claims.time", json.dumps({"now": now}).encode())


async def main(clock: Clock) -> None:
    async with AIOKafkaProducer() as producer:
        await producer.send_and_wait("claims.starts", b"now")
    await clock.tick(0.0)
    await asyncio.sleep(1)
