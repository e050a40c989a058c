"""Stores orders."""

import asyncio
import json
import logging

from transport import PipelineMessage, create_consumer

logger = logging.getLogger(__name__)


class OrderWorker:
    """Stores orders.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config, store):
        self.config = config
        self.store = store
        self.consumer = None

    async def run(self):
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="async_for_in_run_worker",
            topics=["claims.orders.new"],
            message_handler=self.handle,
            topic_key="orders_new",
        )
        await self.consumer.start()
        try:
            await asyncio.Event().wait()  # until cancelled
        finally:
            await self.consumer.stop()

    async def handle(self, msg: PipelineMessage) -> None:
        order = json.loads(msg.value)
        # an order without lines is a quotation
        if not order["lines"]:
            return
        await self.store.put(order["id"], order)
