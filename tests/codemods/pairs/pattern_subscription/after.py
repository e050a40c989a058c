from aiokafka import AIOKafkaConsumer


class Collector:
    """Collects whatever any tenant sends."""

    def __init__(self, servers, sink):
        self.servers = servers
        self.sink = sink

    async def start(self):
        self.consumer = AIOKafkaConsumer(bootstrap_servers=self.servers, group_id="collector")
        # TODO(migration): subscribes by a pattern; the transport layer takes the topics by name
        self.consumer.subscribe(pattern="^tenant-.*$")
        await self.consumer.start()

    async def run(self):
        async for message in self.consumer:
            await self.sink.put(message.topic, message.value)
