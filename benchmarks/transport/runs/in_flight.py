"""Memory of a process of ours with so many messages in their handlers at once."""

import asyncio
import json
from pathlib import Path

from benchmarks.transport.measure import Plan, plan
from transport import ConsumerOptions, TransportConfig, create_consumer

STATUS = Path("/proc/self/status")


async def main(plan: Plan) -> None:
    running = 0
    full, leave = asyncio.Event(), asyncio.Event()

    async def handle(_: object) -> None:
        nonlocal running
        running += 1
        if running == plan.settings["max_in_flight"]:
            full.set()
        await leave.wait()

    consumer = await create_consumer(
        config=TransportConfig.from_env(plan.environment),
        domain="benchmark",
        worker_name=plan.group,
        topics=[plan.topic],
        message_handler=handle,
        options=ConsumerOptions(**plan.settings),
    )
    before = _resident()
    await consumer.start()
    await full.wait()
    print(json.dumps({"before": before, "full": _resident()}), flush=True)
    leave.set()
    await consumer.stop()


def _resident() -> float:
    """This process's memory, in MB."""
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    asyncio.run(main(plan()))
