import aiokafka
from aiokafka import AIOKafkaConsumer


class SaveState(aiokafka.ConsumerRebalanceListener):
    def __init__(self, state):
        self.state = state

    async def on_partitions_revoked(self, revoked):
        await self.state.save(revoked)

    async def on_partitions_assigned(self, assigned):
        await self.state.load(assigned)


class Aggregator:
    """Adds up amounts by day."""

    def __init__(self, servers, state):
        self.servers = servers
        self.state = state

    async def start(self):
        self.consumer = AIOKafkaConsumer(bootstrap_servers=self.servers, group_id="aggregator")
        self.consumer.subscribe(["claims.amounts"], listener=SaveState(self.state))
        await self.consumer.start()

    async def run(self):
        async for message in self.consumer:
            self.state.add(message)
