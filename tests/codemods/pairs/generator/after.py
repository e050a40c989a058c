from aiokafka import AIOKafkaConsumer


class Stream:
    def __init__(self, servers):
        self.consumer = AIOKafkaConsumer(
            "claims.stream", bootstrap_servers=servers, group_id="stream"
        )

    async def messages(self):
        await self.consumer.start()
        try:
            # TODO(migration): hands its messages on as a generator; give the transport layer a handler
            #   instead
            async for message in self.consumer:
                yield message.value
        finally:
            await self.consumer.stop()
