import asyncio

from aiokafka import AIOKafkaConsumer


class Bridge:
    """Takes messages over to a web socket."""

    def __init__(self, bootstrap_servers="localhost:9092"):
        self.bootstrap_servers = bootstrap_servers
        self.clients = set()

    async def consume(self):
        consumer = AIOKafkaConsumer(
            "claims.live",
            bootstrap_servers=self.bootstrap_servers,
            group_id="claims-gathered-in-main-worker",
        )
        await consumer.start()
        try:
            async for message in consumer:
                for client in self.clients:
                    await client.send(message.value)
        finally:
            await consumer.stop()

    async def serve(self, server):
        await server.serve_forever()


async def main(bridge, server):
    await asyncio.gather(bridge.consume(), bridge.serve(server))
