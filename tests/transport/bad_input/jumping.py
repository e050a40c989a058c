"""A consumer in a process whose clock jumps: each line on standard input is by how many seconds.

Run as `python -m tests.transport.bad_input.jumping TOPIC WORKER`; prints values handled, then its state.
"""

import asyncio
import sys
import time

told_by = time.time
jump = 0.0
time.time = lambda: told_by() + jump  # before anything else is imported, so that the SDKs are told so, too

from transport import ConsumerOptions, PipelineMessage, TransportConfig, create_consumer  # noqa: E402


async def main(topic: str, worker: str) -> None:
    async def handle(message: PipelineMessage) -> None:
        assert message.value is not None
        print(message.value.decode(), flush=True)

    consumer = await create_consumer(
        config=TransportConfig.from_env(),
        domain="tests",
        worker_name=worker,
        topics=[topic],
        message_handler=handle,
        options=ConsumerOptions(session_timeout=3.0, commit_interval=0.02),
    )
    await consumer.start()
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        global jump
        jump = float(line)
        print(f"jumped {jump:.0f}", flush=True)
    await consumer.stop()
    print(
        sum(one.committed or 0 for one in consumer.health().partitions), consumer.health().state, flush=True
    )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
