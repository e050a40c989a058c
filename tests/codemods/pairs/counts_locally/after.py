import asyncio
import logging

from transport import PipelineMessage, TransportConfig, create_consumer

logger = logging.getLogger(__name__)


async def count() -> None:
    # TODO(migration): make the worker a class: its docstring states the contract
    async def handle(click: PipelineMessage) -> None:
        nonlocal seen
        seen += 1
        if seen % 1000 == 0:
            logger.info("%d clicks, the last at %d", seen, click.timestamp)

    consumer = await create_consumer(
        config=TransportConfig.from_env(),
        domain="claims",
        worker_name="counts_locally_worker",
        topics=["claims.clicks"],
        message_handler=handle,
        topic_key="clicks",
    )
    seen = 0
    await consumer.start()
    try:
        await asyncio.Event().wait()  # until cancelled
    finally:
        await consumer.stop()


asyncio.run(count())
