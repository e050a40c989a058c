"""Forms: clients through classes, their methods, types and decorators."""

from tests.scanning.forms.form import direct, via

FORMS = (
    direct(
        "a class attribute",
        """
        from aiokafka import AIOKafkaConsumer

        class Worker:
            client = AIOKafkaConsumer

            def start(self):
                return self.client("topic")
        """,
        (4, "reference", ()),
        (7, "call", ()),
    ),
    direct(
        "a subclass",
        """
        from aiokafka import AIOKafkaConsumer

        class Reader(AIOKafkaConsumer):
            pass

        reader = Reader("topic")
        """,
        (3, "subclass", ()),
    ),
    direct(
        "a subclass of another file, made here",
        """
        from workers.claimx.clients import Reader

        reader = Reader("topic")
        """,
        (3, "call", via("clients.Reader")),
        clients="""
            import aiokafka

            class Reader(aiokafka.AIOKafkaConsumer):
                pass
            """,
    ),
    direct(
        "a base class of another file that builds one",
        """
        from workers.claimx.clients import Base

        class Worker(Base):
            def start(self):
                self.client = self._make()
        """,
        (3, "subclass", via("clients.Base")),
        (5, "call", via("clients.Base._make")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Base:
                def _make(self):
                    return AIOKafkaConsumer("topic")
            """,
    ),
    direct(
        "a static method of another file",
        """
        from workers.claimx.clients import Clients

        reader = Clients.make()
        """,
        (3, "call", via("clients.Clients", "clients.Clients.make")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                @staticmethod
                def make():
                    return AIOKafkaConsumer("topic")
            """,
    ),
    direct(
        "a decorator of another file",
        """
        from workers.claimx.clients import with_client

        @with_client
        def run(client):
            return client
        """,
        (3, "call", via("clients.with_client")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def with_client(function):
                def run():
                    return function(AIOKafkaConsumer("topic"))
                return run
            """,
    ),
    direct(
        "the legacy class taken from the layer's own module",
        """
        from transport.kafka import AIOKafkaConsumer

        reader = AIOKafkaConsumer("topic")
        """,
        (3, "call", ("transport.kafka.AIOKafkaConsumer",)),
    ),
    direct(
        "a class made by type()",
        "from workers.claimx.clients import Client\n\nconsumer = Client('topic')\n",
        (3, "call", via("clients.Client")),
        clients="from aiokafka import AIOKafkaConsumer\n\nClient = type('Client', (AIOKafkaConsumer,), {})\n",
    ),
    direct(
        "a type written as a string",
        """
        from workers.claimx.clients import Clients

        class Worker:
            def __init__(self, clients: "Clients | None"):
                self.clients = clients

            def start(self):
                return self.clients.make()
        """,
        (8, "call", via("clients.Clients.make")),
        clients="from aiokafka import AIOKafkaConsumer\n\nclass Clients:\n    def make(self):\n"
        "        return AIOKafkaConsumer('topic')\n",
    ),
    direct(
        "a metaclass of a base class in another file",
        "from workers.claimx.bases import Base\n\nclass Worker(Base):\n    pass\n\nworker = Worker()\n",
        (3, "subclass", via("bases.Base", "bases.Meta")),
        bases="""
        from aiokafka import AIOKafkaConsumer

        class Meta(type):
            def __call__(cls):
                made = super().__call__()
                made.consumer = AIOKafkaConsumer("topic")
                return made

        class Base(metaclass=Meta):
            pass
        """,
    ),
    direct(
        "a decorator that is an object",
        "from workers.claimx.clients import with_client\n\n@with_client\ndef run(client): ...\n",
        (3, "call", via("clients.with_client", "clients.WithClient.__call__")),
        clients="""
        from aiokafka import AIOKafkaConsumer

        class WithClient:
            def __call__(self, function):
                return lambda: function(AIOKafkaConsumer("topic"))

        with_client = WithClient()
        """,
    ),
)
