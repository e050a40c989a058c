"""Forms: the transport layer through what stands before it."""

from migration_tracker.scanning import Status
from tests.scanning.forms.form import Form, named, nothing, via

FORMS = (
    Form(
        "the transport layer through a base class",
        """
        from workers.claimx.clients import Base

        class Worker(Base):
            pass
        """,
        Status.MIGRATED,
        ((3, "subclass", via("clients.Base")),),
        named(
            {
                "clients": """
                    from transport import create_consumer

                    class Base:
                        async def start(self):
                            self.consumer = await create_consumer()
                    """,
            }
        ),
    ),
    Form(
        "a client that is reached through the layer only",
        """
        import transport

        async def run():
            consumer = await transport.create_consumer()
            await consumer.start()
        """,
        Status.MIGRATED,
        ((4, "call", ()),),
    ),
    Form(
        "the layer's name as an alias",
        """
        from transport import create_consumer as make

        async def run():
            return await make()
        """,
        Status.MIGRATED,
        ((4, "call", ()),),
    ),
    Form(
        "the layer with a type of the old client",
        """
        from typing import TYPE_CHECKING
        from transport import create_consumer

        if TYPE_CHECKING:
            from aiokafka import AIOKafkaConsumer

        async def run() -> "AIOKafkaConsumer":
            return await create_consumer()
        """,
        Status.MIGRATED,
        ((8, "call", ()),),
    ),
    Form(
        "the layer by import_module",
        """
        import importlib

        async def run():
            return await importlib.import_module("transport").create_consumer()
        """,
        Status.MIGRATED,
        ((4, "call", ()),),
    ),
    Form(
        "the layer through a registry",
        """
        from workers.claimx.clients import MAKERS

        async def run():
            return await MAKERS["a"]()
        """,
        Status.MIGRATED,
        ((4, "call", via("clients.MAKERS")),),
        named(
            {
                "clients": """
                    from transport import create_consumer

                    MAKERS = {'a': create_consumer}
                    """,
            }
        ),
    ),
    nothing(
        "something else of the layer",
        """
        from transport.kafka import KafkaConsumer

        def run(client: KafkaConsumer):
            return client
        """,
    ),
    Form(
        "both, through helpers",
        """
        from workers.claimx.clients import old, new

        async def run(flag):
            return old() if flag else await new()
        """,
        Status.PARTIAL,
        ((4, "call", via("clients.old")),),
        named(
            {
                "clients": """
                    from aiokafka import AIOKafkaConsumer
                    from transport import create_consumer

                    def old():
                        return AIOKafkaConsumer()

                    async def new():
                        return await create_consumer()
                    """,
            }
        ),
    ),
    nothing(
        "a local factory that only bears the layer's name",
        """
        from workers.claimx.clients import create_consumer

        create_consumer()
        """,
        clients="""
            def create_consumer():
                return 1
            """,
    ),
)
