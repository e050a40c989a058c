"""The transport layer, with its default commits, on either broker."""

import asyncio

from benchmarks.transport.measure import Plan, Progress, plan
from transport import ConsumerOptions, TransportConfig, create_consumer


async def main(plan: Plan) -> None:
    progress = Progress(plan)
    consumer = await create_consumer(
        config=TransportConfig.from_env({**plan.environment, "EVENTHUB_CHECKPOINT_STORE": plan.scratch}),
        domain="benchmark",
        worker_name=plan.group,
        topics=[plan.topic],
        message_handler=progress.handle,
        options=ConsumerOptions(**plan.settings),
    )
    await consumer.start()
    await progress.all.wait()
    await consumer.stop()
    progress.report()


if __name__ == "__main__":
    asyncio.run(main(plan()))
