"""Forms: clients of the transport layer, alone or beside the old ones."""

from migration_tracker.scanning import Status
from tests.scanning.forms.form import Form, named, via

FORMS = (
    Form(
        "the transport layer",
        """
        from transport import create_consumer

        async def start(handle):
            return await create_consumer(message_handler=handle)
        """,
        Status.MIGRATED,
        ((4, "call", ()),),
    ),
    Form(
        "the transport layer by a relative import",
        """
        from ...transport import create_consumer as make

        async def start(handle):
            return await make(message_handler=handle)
        """,
        Status.NONE,  # ...transport of workers/claimx/x.py is above the source root
    ),
    Form(
        "the transport layer by the module its name is defined in",
        """
        from transport.factory import create_consumer

        async def start(handle):
            return await create_consumer(message_handler=handle)
        """,
        Status.MIGRATED,
        ((4, "call", ()),),
    ),
    Form(
        "the transport layer through a helper",
        """
        from workers.claimx.clients import build

        async def start(handle):
            return await build(handle)
        """,
        Status.MIGRATED,
        ((4, "call", via("clients.build")),),
        named(
            {
                "clients": """
                    import transport

                    async def build(handle):
                        return await transport.create_consumer(message_handler=handle)
                    """
            }
        ),
    ),
    Form(
        "the old consumer and the new producer",
        """
        from aiokafka import AIOKafkaConsumer
        from transport import create_producer

        consumer, producer = AIOKafkaConsumer("topic"), create_producer()
        """,
        Status.PARTIAL,
        ((4, "call", ()),),
    ),
    Form(
        "a helper that builds either",
        """
        from workers.claimx.clients import build

        client = build()
        """,
        Status.PARTIAL,
        ((3, "call", via("clients.build")),),
        named(
            {
                "clients": """
                    from aiokafka import AIOKafkaConsumer
                    from transport import create_consumer

                    def build(old):
                        return AIOKafkaConsumer() if old else create_consumer()
                    """
            }
        ),
    ),
)
