from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition


async def process(servers):
    consumer = AIOKafkaConsumer(
        "claims.raw",
        bootstrap_servers=servers,
        group_id="processor",
        isolation_level="read_committed",
    )
    # TODO(migration): transactions have no counterpart; make the handler bear repeats, then send
    producer = AIOKafkaProducer(bootstrap_servers=servers, transactional_id="processor")
    await consumer.start()
    await producer.start()
    try:
        while True:
            batch = await consumer.getmany(timeout_ms=1000)
            # TODO(migration): transactions have no counterpart; make the handler bear repeats, then send
            async with producer.transaction():
                offsets = {}
                for tp, messages in batch.items():
                    for message in messages:
                        await producer.send("claims.clean", message.value.strip())
                    offsets[tp] = messages[-1].offset + 1
                # TODO(migration): transactions have no counterpart; make the handler bear repeats
                await producer.send_offsets_to_transaction(offsets, "processor")
    finally:
        await consumer.stop()
        await producer.stop()
