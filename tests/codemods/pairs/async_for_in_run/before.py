"""Stores orders."""

import json
import logging

from aiokafka import AIOKafkaConsumer

logger = logging.getLogger(__name__)


class OrderWorker:
    """Stores orders."""

    def __init__(self, bootstrap_servers, store):
        self.bootstrap_servers = bootstrap_servers
        self.store = store
        self.consumer = None

    async def run(self):
        self.consumer = AIOKafkaConsumer(
            "claims.orders.new",
            bootstrap_servers=self.bootstrap_servers,
            group_id="claims-async-for-in-run-worker",
            enable_auto_commit=False,
        )
        await self.consumer.start()
        try:
            async for msg in self.consumer:
                order = json.loads(msg.value)
                # an order without lines is a quotation
                if not order["lines"]:
                    continue
                await self.store.put(order["id"], order)
                await self.consumer.commit()
        finally:
            await self.consumer.stop()
