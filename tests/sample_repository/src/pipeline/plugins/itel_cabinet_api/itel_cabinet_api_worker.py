"""iTel orders."""

import asyncio
import json
import logging
import os

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from pipeline.common.records import BadRecord
from pipeline.plugins.itel_cabinet_api.forms import COMPLETED, CabinetForm
from pipeline.plugins.shared.partner import Partner, PartnerError

logger = logging.getLogger(__name__)

SUCCESS, ERRORS = "itel.api.success", "itel.api.errors"


class ItelCabinetApiWorker:
    """Places an order for each form."""

    def __init__(self) -> None:
        servers = os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        self.partner = Partner("ITEL_API")
        self.producer = None
        self.consumer = None
        self.settings = dict(
            bootstrap_servers=servers,
            group_id="plugins-itel-cabinet-api-worker",
            auto_offset_reset="earliest",
            enable_auto_commit=True,
            auto_commit_interval_ms=1000,
            max_poll_records=1,
        )
        self.consume_task = None

    async def start(self) -> None:
        await self.partner.__aenter__()
        self.producer = AIOKafkaProducer(bootstrap_servers=self.settings["bootstrap_servers"])
        await self.producer.start()
        self.consumer = AIOKafkaConsumer(COMPLETED, **self.settings)
        await self.consumer.start()
        self.consume_task = asyncio.create_task(self._consume_loop())

    async def _consume_loop(self) -> None:
        async for message in self.consumer:
            await self._place_order(message)

    async def _place_order(self, message) -> None:
        try:
            order = CabinetForm.from_json(message.value).order()
            answer = await self.partner.post("/orders", order)
        except (BadRecord, PartnerError, ValueError) as error:
            failure = {"reason": str(error), "offset": message.offset}
            await self.producer.send_and_wait(ERRORS, json.dumps(failure).encode(), key=message.key)
            logger.error("no order for %r: %s", message.key, error)
            return
        done = {"reference": order["reference"], "order": answer["order"]}
        await self.producer.send_and_wait(SUCCESS, json.dumps(done).encode(), key=message.key)

    async def stop(self) -> None:
        if self.consume_task is not None:
            self.consume_task.cancel()
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            await self.producer.stop()
        await self.partner.__aexit__(None, None, None)
