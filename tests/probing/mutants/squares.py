"""A correct worker on clients of its own, in steps that mutants take over one at a time."""

import asyncio
import json
import os
import signal

WORK_SECONDS = 0.4


def on_kafka(worker):
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    consumer = AIOKafkaConsumer(
        worker.reads,
        bootstrap_servers=servers,
        group_id=worker.group,
        enable_auto_commit=False,
        auto_offset_reset=worker.begins,
        session_timeout_ms=3000,  # so that its place is free again soon after a SIGKILL
        heartbeat_interval_ms=500,
    )
    return consumer, AIOKafkaProducer(bootstrap_servers=servers)


def on_event_hubs(worker):
    import event_hubs

    consumer = event_hubs.Consumer(worker.reads, group_id=worker.group, auto_offset_reset=worker.begins)
    return consumer, event_hubs.Producer()


CLIENTS = {"kafka": on_kafka, "eventhub": on_event_hubs}


class Squares:
    """Squares numbers from `numbers` to `squares`: works, writes, then commits; skips what it cannot read."""

    reads, writes, group, begins = "numbers", "squares", "squares", "earliest"
    at_most = 1

    def __init__(self):
        self.stopping = asyncio.Event()

    async def main(self):
        self.hear_signals()
        await self.prepare()
        self.consumer, self.producer = CLIENTS[os.environ["PIPELINE_TRANSPORT"]](self)
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
