from collections.abc import Awaitable, Callable

from transport import PipelineMessage, TransportConfig, create_consumer


class Listener:
    """Calls back with each message.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(
        self, callback: Callable[[bytes], Awaitable[None]], config: TransportConfig
    ) -> None:
        self._callback = callback
        self._config = config

    async def start(self) -> None:
        self._consumer = await create_consumer(
            config=self._config,
            domain="claims",
            worker_name="callback_worker",
            topics=["claims.notices"],
            message_handler=self.handle,
            topic_key="notices",
        )
        await self._consumer.start()

    async def handle(self, message: PipelineMessage) -> None:
        await self._callback(message.value)

    async def stop(self) -> None:
        await self._consumer.stop()
