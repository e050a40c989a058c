import asyncio
import signal

from transport import TransportConfig, create_consumer


class Watcher:
    """Looks after thresholds.

    Transport layer contract: `check` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config, alarms):
        self.config = config
        self.alarms = alarms

    async def start(self):
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="sync_wrapper_worker",
            topics=["claims.metrics"],
            message_handler=self.check,
            topic_key="metrics",
        )
        await self.consumer.start()

    async def check(self, metric):
        if float(metric.value) > 0.9:
            self.alarms.ring(metric.key)

    async def stop(self):
        await self.consumer.stop()


async def amain(alarms):
    watcher = Watcher(TransportConfig.from_env(), alarms)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    await watcher.start()
    try:
        await asyncio.Event().wait()  # until cancelled
    finally:
        await watcher.stop()


def main(alarms):
    asyncio.run(amain(alarms))
