import asyncio

import aiohttp

from transport import PipelineMessage, TransportConfig, create_consumer, create_producer


async def main() -> None:
    async with aiohttp.ClientSession() as session:
        producer = create_producer(
            config=TransportConfig.from_env(),
            domain="claims",
            worker_name="context_manager_worker",
            topic_key="pages",
        )
        await producer.start()
        try:
            # TODO(migration): make the worker a class: its docstring states the contract
            async def handle(record: PipelineMessage) -> None:
                async with session.get(record.value.decode()) as response:
                    await producer.send("claims.pages", await response.read(), key=record.key)

            consumer = await create_consumer(
                config=TransportConfig.from_env(),
                domain="claims",
                worker_name="context_manager_worker",
                topics=["claims.urls"],
                message_handler=handle,
                topic_key="urls",
            )
            await consumer.start()
            try:
                await asyncio.Event().wait()  # until cancelled
            finally:
                await consumer.stop()
        finally:
            await producer.stop()


asyncio.run(main())
