import logging

from transport import ConsumerOptions, PipelineMessage, TransportConfig, create_consumer

logger = logging.getLogger(__name__)


class Mailer:
    """Sends mails, `limit` at a time.

    Transport layer contract: `_send` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config: TransportConfig, smtp, limit: int = 25) -> None:
        self._config = config
        self._smtp = smtp
        self._limit = limit

    @classmethod
    def from_env(cls, environ, smtp):
        return cls(TransportConfig.from_env(environ), smtp)

    async def start(self) -> None:
        self._consumer = await create_consumer(
            config=self._config,
            domain="claims",
            worker_name="task_per_message_worker",
            topics=["claims.mails"],
            message_handler=self._send,
            topic_key="mails",
            options=ConsumerOptions(ordering="key", max_in_flight=self._limit),
        )
        await self._consumer.start()

    async def _send(self, record: PipelineMessage) -> None:
        try:
            await self._smtp.send(record.value)
        except Exception:
            logger.exception("mail not sent")
            raise

    async def stop(self) -> None:
        await self._consumer.stop()
