from transport import PipelineMessage, TransportConfig, create_consumer


class Reconciler:
    """Holds orders against payments.

    Transport layer contract: `handle_orders` and `handle_payments` get one message a call; all its work
    is awaited before it returns, with no background tasks; the message is committed only after it
    returned, and comes again if it raised.
    """

    def __init__(self, config: TransportConfig, books) -> None:
        self.config = config
        self.books = books

    async def start(self) -> None:
        self.orders = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="two_consumers_worker",
            topics=["claims.orders"],
            message_handler=self.handle_orders,
            topic_key="orders",
        )
        self.payments = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="two_consumers_worker",
            topics=["claims.payments"],
            message_handler=self.handle_payments,
            topic_key="payments",
        )
        await self.orders.start()
        await self.payments.start()

    async def handle_orders(self, order: PipelineMessage) -> None:
        await self.books.order(order.value)

    async def handle_payments(self, payment: PipelineMessage) -> None:
        await self.books.payment(payment.value)

    async def stop(self) -> None:
        await self.orders.stop()
        await self.payments.stop()
