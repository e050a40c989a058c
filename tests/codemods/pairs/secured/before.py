import ssl

from aiokafka import AIOKafkaConsumer


class Reader:
    """Reads letters."""

    def __init__(self, settings, letters):
        self.settings = settings
        self.letters = letters

    async def start(self):
        self.consumer = AIOKafkaConsumer(
            "claims.letters",
            bootstrap_servers=self.settings.kafka,
            group_id=self.settings.group,
            security_protocol="SSL",
            ssl_context=ssl.create_default_context(),
            auto_offset_reset="latest",
        )
        await self.consumer.start()

    async def run(self):
        async for letter in self.consumer:
            await self.letters.read(letter.value)

    async def stop(self):
        await self.consumer.stop()
