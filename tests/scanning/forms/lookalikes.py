"""Forms: names that are shadowed, bound anew, types, or of something else."""

from tests.scanning.forms.form import nothing

FORMS = (
    nothing(
        "a name deleted",
        """
        from aiokafka import AIOKafkaConsumer

        del AIOKafkaConsumer

        def run():
            return AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "a name that except binds",
        """
        from aiokafka import AIOKafkaConsumer

        def run():
            try:
                pass
            except OSError as AIOKafkaConsumer:
                return AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "a name that a loop binds",
        """
        from aiokafka import AIOKafkaConsumer

        def run(fakes):
            for AIOKafkaConsumer in fakes:
                AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "a name that a comprehension binds",
        """
        from aiokafka import AIOKafkaConsumer

        def run(fakes):
            return [AIOKafkaConsumer("topic") for AIOKafkaConsumer in fakes]
        """,
    ),
    nothing(
        "a name that with binds",
        """
        from aiokafka import AIOKafkaConsumer

        def run(fake):
            with fake() as AIOKafkaConsumer:
                return AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "a lambda's parameter of the same name",
        """
        from aiokafka import AIOKafkaConsumer

        run = lambda AIOKafkaConsumer: AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "a function of the same name",
        """
        from aiokafka import AIOKafkaConsumer

        def AIOKafkaConsumer(topic):
            return topic

        AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "a name imported anew",
        """
        from aiokafka import AIOKafkaConsumer
        from fakes import AIOKafkaConsumer

        client = AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "another package's class of the same name",
        """
        from fast_kafka import AIOKafkaConsumer

        client = AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "a package whose name begins alike",
        """
        import aiokafka_fakes

        client = aiokafka_fakes.AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "a local module that bears the package's name",
        """
        from workers.claimx.aiokafka import AIOKafkaConsumer

        client = AIOKafkaConsumer("topic")
        """,
        aiokafka="""
            class AIOKafkaConsumer:
                pass
            """,
    ),
    nothing(
        "an attribute of the same name on something else",
        """
        def run(fake):
            return fake.AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "a keyword argument of the same name",
        """
        from aiokafka import AIOKafkaConsumer

        dict(AIOKafkaConsumer=1)
        """,
    ),
    nothing(
        "a key of the same name",
        """
        print({'AIOKafkaConsumer': 1}['AIOKafkaConsumer'])
        """,
    ),
    nothing(
        "an alias of a type",
        """
        from aiokafka import AIOKafkaConsumer

        Client = AIOKafkaConsumer | None
        Clients = list[AIOKafkaConsumer]

        def run(client: Client, clients: Clients):
            return client, clients
        """,
    ),
    nothing(
        "a typed collection",
        """
        from aiokafka import AIOKafkaConsumer
        from typing import Optional

        Maybe = Optional[AIOKafkaConsumer]

        def run(client: Maybe):
            return client
        """,
    ),
    nothing(
        "a type variable of one's own",
        """
        from aiokafka import AIOKafkaConsumer
        from typing import TypeVar

        T = TypeVar("T", bound=AIOKafkaConsumer)

        def run(client: T) -> T:
            return client
        """,
    ),
    nothing(
        "a protocol that takes a type",
        """
        from aiokafka import AIOKafkaConsumer
        from typing import Generic, TypeVar

        T = TypeVar("T")

        class Box(Generic[T]):
            pass

        def run(box: Box[AIOKafkaConsumer]):
            return box
        """,
    ),
    nothing(
        "a comparison of types",
        """
        from aiokafka import AIOKafkaConsumer

        def is_kafka(client):
            return type(client) is AIOKafkaConsumer or client.__class__ == AIOKafkaConsumer
        """,
    ),
    nothing(
        "an annotation of a variable",
        """
        from aiokafka import AIOKafkaConsumer

        client: AIOKafkaConsumer
        """,
    ),
    nothing(
        "annotations that are never evaluated",
        """
        from __future__ import annotations
        import aiokafka

        class Worker:
            client: aiokafka.AIOKafkaConsumer | None = None
        """,
    ),
    nothing(
        "if not TYPE_CHECKING",
        """
        import typing

        if not typing.TYPE_CHECKING:
            Client = dict
        else:
            from aiokafka import AIOKafkaConsumer as Client

        client = Client()
        """,
    ),
    nothing(
        "a pattern of match",
        """
        from aiokafka import AIOKafkaConsumer

        def is_kafka(client):
            match client:
                case AIOKafkaConsumer():
                    return True
            return False
        """,
    ),
    nothing(
        "an exception of the package",
        """
        import aiokafka

        def run():
            try:
                pass
            except aiokafka.errors.KafkaError:
                raise
        """,
    ),
    nothing(
        "a structure of the package",
        """
        from aiokafka import TopicPartition

        PARTITION = TopicPartition("topic", 0)
        """,
    ),
    nothing(
        "a module of the package, imported alone",
        """
        import aiokafka

        print(aiokafka.__version__)
        """,
    ),
    nothing(
        "a doctest",
        '''
        def run():
            """Run.

            >>> from aiokafka import AIOKafkaConsumer
            >>> AIOKafkaConsumer("topic")
            """
        ''',
    ),
    nothing(
        "a logger's name",
        """
        import logging

        logging.getLogger("aiokafka.AIOKafkaConsumer").setLevel("INFO")
        """,
    ),
    nothing(
        "a client in a function's string",
        """
        CODE = "from aiokafka import AIOKafkaConsumer; AIOKafkaConsumer()"
        """,
    ),
    nothing(
        "a type-only helper of another module",
        """
        from __future__ import annotations
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from workers.claimx.clients import Clients

        def run(clients: Clients):
            return clients.topic
        """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                def make(self):
                    return AIOKafkaConsumer('topic')

                topic = 'a'
            """,
    ),
    nothing(
        "a class that a method of the same name elsewhere builds",
        """
        from workers.claimx.names import Names

        Names().make()
        """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                def make(self):
                    return AIOKafkaConsumer('topic')
            """,
        names="""
            class Names:
                def make(self):
                    return 1
            """,
    ),
    nothing(
        "a constant of a module that builds a client elsewhere",
        """
        from workers.claimx import clients

        print(clients.TOPIC)
        """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                def make(self):
                    return AIOKafkaConsumer('topic')

            TOPIC = 'a'
            """,
    ),
    nothing(
        "an exception class of such a module",
        """
        from workers.claimx.clients import Failed

        def run():
            raise Failed
        """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                def make(self):
                    return AIOKafkaConsumer('topic')

            class Failed(Exception):
                pass
            """,
    ),
    nothing(
        "an aliased name that nobody calls",
        """
        import aiokafka as _unused
        """,
    ),
)
