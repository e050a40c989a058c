import aiokafka


class Router:
    """Sends each message on to where its header says."""

    def __init__(self, routes: dict[str, str], servers: str):
        self.routes = routes
        self.servers = servers

    async def start(self):
        self.producer = aiokafka.AIOKafkaProducer(bootstrap_servers=self.servers, linger_ms=20)
        await self.producer.start()
        self.consumer = aiokafka.AIOKafkaConsumer(
            bootstrap_servers=self.servers, group_id="claims-subscribed-later-worker"
        )
        self.consumer.subscribe(["claims.inbox", "claims.retries"])
        await self.consumer.start()

    async def _poll_loop(self):
        async for message in self.consumer:
            headers = dict(message.headers)
            target = self.routes[headers["route"].decode()]
            await self.producer.send(target, message.value, message.key, headers=message.headers)

    async def stop(self):
        await self.consumer.stop()
        await self.producer.flush()
        await self.producer.stop()
