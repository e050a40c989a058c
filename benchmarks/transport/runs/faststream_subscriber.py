"""A FastStream subscriber. NACK_ON_ERROR is its only policy that lost no failed message when we tried."""

import asyncio

from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from benchmarks.transport.measure import Plan, Progress, plan


async def main(plan: Plan) -> None:
    progress = Progress(plan)
    broker = KafkaBroker(plan.servers, logger=None, apply_types=False)

    @broker.subscriber(  # type: ignore[untyped-decorator]
        plan.topic,
        group_id=plan.group,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy[plan.settings["policy"]],
    )
    async def handle(body: bytes) -> None:
        await progress.handle(body)

    await broker.start()
    await progress.all.wait()
    await broker.stop()
    progress.report()


if __name__ == "__main__":
    asyncio.run(main(plan()))
