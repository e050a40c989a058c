import json

from transport import ConsumerOptions, TransportConfig, create_consumer


class Geo:
    """Resolves places, five at once.

    Transport layer contract: `_resolve` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config: TransportConfig, atlas) -> None:
        self.config = config
        self.atlas = atlas

    async def start(self):
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="batch_as_argument_worker",
            topics=["claims.places"],
            message_handler=self._resolve,
            topic_key="places",
            options=ConsumerOptions(ordering="key", max_in_flight=5),
        )
        await self.consumer.start()

    async def _resolve(self, message):
        place = json.loads(message.value)
        await self.atlas.resolve(place["name"])

    async def stop(self):
        await self.consumer.stop()
