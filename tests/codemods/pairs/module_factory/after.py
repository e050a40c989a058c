import asyncio

from transport import PipelineMessage, TransportConfig, create_consumer


async def publish(report: bytes) -> None:
    print(report.decode())


# TODO(migration): make the worker a class: its docstring states the contract
async def handle(report: PipelineMessage) -> None:
    await publish(report.value)


async def run() -> None:
    consumer = await create_consumer(
        config=TransportConfig.from_env(),
        domain="claims",
        worker_name="module_factory_worker",
        topics=["claims.reports"],
        message_handler=handle,
        topic_key="reports",
    )
    await consumer.start()
    try:
        await asyncio.Event().wait()  # until cancelled
    finally:
        await consumer.stop()


asyncio.run(run())
