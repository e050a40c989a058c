"""aiokafka as it comes, without commits: the floor."""

import asyncio

from aiokafka import AIOKafkaConsumer

from benchmarks.transport.measure import Plan, Progress, plan


async def main(plan: Plan) -> None:
    progress = Progress(plan)
    consumer = AIOKafkaConsumer(
        plan.topic,
        bootstrap_servers=plan.servers,
        group_id=plan.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        if plan.settings["call"] == "getmany":
            while not progress.all.is_set():
                for records in (await consumer.getmany(timeout_ms=200, max_records=500)).values():
                    for record in records:
                        await progress.handle(record)
        else:
            async for record in consumer:
                await progress.handle(record)
                if progress.all.is_set():
                    break
    finally:
        await consumer.stop()
    progress.report()


if __name__ == "__main__":
    asyncio.run(main(plan()))
