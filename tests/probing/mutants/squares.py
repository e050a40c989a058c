"""A correct worker on a Kafka client of its own, in steps that mutants take over one at a time."""

import asyncio
import json
import os
import signal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

WORK_SECONDS = 0.4


class Squares:
    """Squares numbers from `numbers` to `squares`: works, writes, then commits; skips what it cannot read."""

    reads, writes, group, begins = "numbers", "squares", "squares", "earliest"
    at_most = 1

    def __init__(self):
        self.stopping = asyncio.Event()

    async def main(self):
        self.hear_signals()
        await self.prepare()
        servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
        self.consumer = AIOKafkaConsumer(
            self.reads,
            bootstrap_servers=servers,
            group_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset=self.begins,
            session_timeout_ms=3000,  # so that its place is free again soon after a SIGKILL
            heartbeat_interval_ms=500,
        )
        self.producer = AIOKafkaProducer(bootstrap_servers=servers)
        await self.consumer.start()
        await self.producer.start()
        while not self.consumer.assignment():  # noqa: ASYNC110  there is no event for it
            await asyncio.sleep(0.02)
        self.say_ready()
        try:
            while not self.stopping.is_set():
                fetched = await self.consumer.getmany(timeout_ms=100, max_records=self.at_most)
                for messages in fetched.values():
                    await self.take(messages)
        finally:
            await self.finish()

    def hear_signals(self):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.stopping.set)

    async def prepare(self):
        """Before it connects."""

    def say_ready(self):
        print("worker is ready", flush=True)

    async def take(self, messages):
        for message in messages:
            await self.handle(message)
        await self.consumer.commit()

    async def handle(self, message):
        try:
            number = json.loads(message.value)["number"]
        except ValueError:
            await self.refuse(message)
            return
        await self.work(number)

    async def refuse(self, message):
        print("skipped what is no JSON", flush=True)

    async def work(self, number):
        await asyncio.sleep(WORK_SECONDS)
        await self.write({"number": number, "square": number**2})

    async def write(self, value):
        await self.producer.send_and_wait(self.writes, json.dumps(value).encode())

    async def finish(self):
        await self.consumer.stop()
        await self.producer.stop()
