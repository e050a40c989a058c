from aiokafka import AIOKafkaConsumer


async def first_match(servers, wanted):
    consumer = AIOKafkaConsumer("claims.ids", bootstrap_servers=servers, group_id="finder")
    await consumer.start()
    try:
        # TODO(migration): ends from within; the transport layer reads on until stop()
        async for message in consumer:
            if message.value == wanted:
                break
    finally:
        await consumer.stop()
