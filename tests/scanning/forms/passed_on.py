"""Forms: clients that other modules pass on, or build."""

from tests.scanning.forms.form import direct, via

FORMS = (
    direct(
        "a lambda",
        """
        from aiokafka import AIOKafkaConsumer

        make = lambda: AIOKafkaConsumer("topic")
        """,
        (3, "call", ()),
    ),
    direct(
        "a renamed re-export",
        """
        from workers.claimx.clients import Reader

        reader = Reader("topic")
        """,
        (3, "call", via("clients.Reader")),
        clients="from aiokafka import AIOKafkaConsumer as Reader\n",
    ),
    direct(
        "a re-export by a star",
        """
        from workers.claimx.clients import AIOKafkaConsumer

        reader = AIOKafkaConsumer("topic")
        """,
        (3, "call", via("clients.AIOKafkaConsumer")),
        clients="from aiokafka import *\n",
    ),
    direct(
        "a re-export by a star, taken by a star",
        """
        from workers.claimx.face import *

        reader = Reader("topic")
        """,
        (3, "call", via("face.Reader", "clients.Reader")),
        face="from workers.claimx.clients import *\n",
        clients="from aiokafka import AIOKafkaConsumer as Reader\n",
    ),
    direct(
        "an attribute of a module that imports it",
        """
        from workers.claimx import clients

        reader = clients.aiokafka.AIOKafkaConsumer("topic")
        """,
        (3, "call", via("clients.aiokafka")),
        clients="import aiokafka\n",
    ),
    direct(
        "a relative import of a local factory that bears the replacement's name",
        """
        from .clients import create_consumer

        async def start():
            return await create_consumer("topic")
        """,
        (4, "call", via("clients.create_consumer")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            async def create_consumer(topic):
                return AIOKafkaConsumer(topic)
            """,
    ),
    direct(
        "a factory two modules away",
        """
        from workers.claimx.face import make

        reader = make()
        """,
        (3, "call", via("face.make", "clients.build")),
        face="""
            from workers.claimx import clients

            def make():
                return clients.build()
            """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            def build():
                return AIOKafkaConsumer("topic")
            """,
    ),
    direct(
        "a module under another name in a package's face",
        """
        from workers.claimx import faces

        reader = faces.f.build()
        """,
        (3, "call", via("clients.build")),
        faces="from workers.claimx import clients as f\n",
        clients="""
            from aiokafka import AIOKafkaConsumer

            def build():
                return AIOKafkaConsumer("topic")
            """,
    ),
    direct(
        "a constant of another file",
        """
        from workers.claimx.clients import CONSUMER

        async def start():
            await prepare(CONSUMER)

        async def prepare(client):
            await client.start()
        """,
        (4, "reference", via("clients.CONSUMER")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            CONSUMER = AIOKafkaConsumer("topic")
            """,
    ),
    direct(
        "a helper handed on without a call",
        """
        from workers.claimx.clients import build

        def run(register):
            register(build)
        """,
        (4, "reference", via("clients.build")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def build():
                return AIOKafkaConsumer("topic")
            """,
    ),
    direct(
        "an annotation that says what to call",
        """
        from typing import Annotated

        from aiokafka import AIOKafkaConsumer
        from fast_depends import Depends

        def start(consumer: Annotated[object, Depends(AIOKafkaConsumer)]): ...
        """,
        (6, "reference", ()),
    ),
)
