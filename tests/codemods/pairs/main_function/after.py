import asyncio

from transport import PipelineMessage, TransportConfig, create_consumer


# TODO(migration): make the worker a class: its docstring states the contract
async def handle(msg: PipelineMessage) -> None:
    print("consumed:", msg.topic, msg.partition, msg.offset, msg.key, msg.value)


async def run():
    consumer = await create_consumer(
        config=TransportConfig.from_env(),
        domain="claims",
        worker_name="main_function_worker",
        topics=["claims.pings"],
        message_handler=handle,
        topic_key="pings",
    )
    # Get cluster layout and join the group
    await consumer.start()
    try:
        await asyncio.Event().wait()  # until cancelled
    finally:
        await consumer.stop()


if __name__ == "__main__":
    asyncio.run(run())
