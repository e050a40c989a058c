from collections.abc import Awaitable, Callable

import aiokafka


class Listener:
    """Calls back with each message."""

    def __init__(self, callback: Callable[[bytes], Awaitable[None]], servers: str) -> None:
        self._callback = callback
        self._servers = servers

    async def start(self) -> None:
        self._consumer = aiokafka.AIOKafkaConsumer(
            "claims.notices", bootstrap_servers=self._servers, group_id="claims-callback-worker"
        )
        await self._consumer.start()

    async def listen(self) -> None:
        async for message in self._consumer:
            try:
                await self._callback(message.value)
            except Exception as error:
                print("callback failed", error)

    async def stop(self) -> None:
        await self._consumer.stop()
