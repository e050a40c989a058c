import asyncio
import json

from transport import TransportConfig, create_producer


# TODO(migration): its docstring does not state the transport layer's contract
class Clock:
    """Sends the time."""

    def __init__(self, config: TransportConfig | None = None) -> None:
        self.config = config or TransportConfig.from_env()
        self.producer = create_producer(
            config=self.config,
            domain="claims",
            worker_name="producer_only_worker",
        )

    async def tick(self, now: float) -> None:
        await self.producer.send("claims.time", json.dumps({"now": now}).encode())


async def main(clock: Clock) -> None:
    producer = create_producer(
        config=TransportConfig.from_env(),
        domain="claims",
        worker_name="producer_only_worker",
    )
    await producer.start()
    try:
        await producer.send("claims.starts", b"now")
    finally:
        await producer.stop()
    await clock.tick(0.0)
    await asyncio.sleep(1)
