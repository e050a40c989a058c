import json

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


class Pricing:
    """Prices what is asked for."""

    def __init__(self, bootstrap_servers: str, prices) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.prices = prices

    async def start(self) -> None:
        self.producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap_servers,
            value_serializer=lambda value: json.dumps(value).encode("utf-8"),
            key_serializer=str.encode,
        )
        await self.producer.start()
        self.consumer = AIOKafkaConsumer(
            "claims.quotes",
            bootstrap_servers=self.bootstrap_servers,
            group_id="claims-json-deserializer-worker",
            value_deserializer=lambda value: json.loads(value.decode("utf-8")),
        )
        await self.consumer.start()

    async def run(self) -> None:
        async for message in self.consumer:
            await self.quote(message)

    async def quote(self, message) -> None:
        item = message.value["item"]
        price = await self.prices.of(item)
        answer = {"item": item, "price": price, "asked": message.value["at"]}
        await self.producer.send_and_wait("claims.prices", value=answer, key=item)

    async def stop(self) -> None:
        await self.consumer.stop()
        await self.producer.stop()
