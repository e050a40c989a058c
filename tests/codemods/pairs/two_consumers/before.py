import asyncio

from aiokafka import AIOKafkaConsumer


class Reconciler:
    """Holds orders against payments."""

    def __init__(self, servers: str, books) -> None:
        self.servers = servers
        self.books = books

    async def start(self) -> None:
        self.orders = AIOKafkaConsumer(
            "claims.orders", bootstrap_servers=self.servers, group_id="claims-two-consumers-worker"
        )
        self.payments = AIOKafkaConsumer(
            "claims.payments",
            bootstrap_servers=self.servers,
            group_id="claims-two-consumers-worker",
        )
        await self.orders.start()
        await self.payments.start()

    async def run(self) -> None:
        await asyncio.gather(self._read_orders(), self._read_payments())

    async def _read_orders(self) -> None:
        async for order in self.orders:
            await self.books.order(order.value)

    async def _read_payments(self) -> None:
        async for payment in self.payments:
            await self.books.payment(payment.value)

    async def stop(self) -> None:
        await self.orders.stop()
        await self.payments.stop()
