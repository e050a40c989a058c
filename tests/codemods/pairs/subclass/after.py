from aiokafka import AIOKafkaConsumer


# TODO(migration): inherits from AIOKafkaConsumer; hold a client of the layer instead
class TracingConsumer(AIOKafkaConsumer):
    async def getone(self, *partitions):
        message = await super().getone(*partitions)
        print("got", message.offset)
        return message


async def consume(store):
    consumer = TracingConsumer("claims.traces", group_id="claims-subclass-worker")
    await consumer.start()
    try:
        async for message in consumer:
            await store.put(message.value)
    finally:
        await consumer.stop()
