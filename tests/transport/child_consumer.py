"""A consumer in a process of its own, for tests that kill it: prints each value it has handled."""

import asyncio
import sys

from transport import ConsumerOptions, PipelineMessage, TransportConfig, create_consumer


async def handle(message: PipelineMessage) -> None:
    await asyncio.sleep(0.02)
    assert message.value is not None
    print(message.value.decode(), flush=True)


async def main() -> None:
    consumer = await create_consumer(
        config=TransportConfig.from_env(),
        domain="tests",
        worker_name=sys.argv[2],
        topics=[sys.argv[1]],
        message_handler=handle,
        options=ConsumerOptions(session_timeout=3.0),
    )
    await consumer.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
