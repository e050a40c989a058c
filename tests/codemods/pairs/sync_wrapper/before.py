import asyncio
import signal

from aiokafka import AIOKafkaConsumer


class Watcher:
    """Looks after thresholds."""

    def __init__(self, servers, alarms):
        self.servers = servers
        self.alarms = alarms

    async def start(self):
        self.consumer = AIOKafkaConsumer(
            "claims.metrics", bootstrap_servers=self.servers, group_id="claims-sync-wrapper-worker"
        )
        await self.consumer.start()

    async def run(self):
        async for metric in self.consumer:
            self.check(metric)

    def check(self, metric):
        if float(metric.value) > 0.9:
            self.alarms.ring(metric.key)

    async def stop(self):
        await self.consumer.stop()


async def amain(servers, alarms):
    watcher = Watcher(servers, alarms)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    await watcher.start()
    try:
        await watcher.run()
    finally:
        await watcher.stop()


def main(servers, alarms):
    asyncio.run(amain(servers, alarms))
