import json

from transport import PipelineMessage, TransportConfig, create_consumer, create_producer


class Pricing:
    """Prices what is asked for.

    Transport layer contract: `quote` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config: TransportConfig, prices) -> None:
        self.config = config
        self.prices = prices

    async def start(self) -> None:
        self.producer = create_producer(
            config=self.config,
            domain="claims",
            worker_name="json_deserializer_worker",
            topic_key="prices",
        )
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="json_deserializer_worker",
            topics=["claims.quotes"],
            message_handler=self.quote,
            topic_key="quotes",
        )
        await self.consumer.start()

    async def quote(self, message: PipelineMessage) -> None:
        value = json.loads(message.value.decode("utf-8"))
        item = value["item"]
        price = await self.prices.of(item)
        answer = {"item": item, "price": price, "asked": value["at"]}
        await self.producer.send(
            "claims.prices", value=json.dumps(answer).encode("utf-8"), key=str.encode(item)
        )

    async def stop(self) -> None:
        await self.consumer.stop()
        await self.producer.stop()
