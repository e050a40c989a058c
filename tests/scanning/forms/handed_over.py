"""Forms: objects that other files made, and of which Python or somebody else calls methods."""

from tests.scanning.forms.form import direct, nothing, via

FORMS = (
    direct(
        "an object that a with statement enters",
        """
        from workers.claimx.clients import source

        with source:
            pass
        """,
        (3, "reference", via("clients.source", "clients.Source")),
        clients="""
        from aiokafka import AIOKafkaConsumer

        class Source:
            def __enter__(self):
                return AIOKafkaConsumer("topic")

        source = Source()
        """,
    ),
    direct(
        "an object that a loop goes through",
        """
        from workers.claimx.clients import source

        for client in source:
            print(client)
        """,
        (3, "reference", via("clients.source", "clients.Source")),
        clients="""
        from aiokafka import AIOKafkaConsumer

        class Source:
            def __iter__(self):
                return AIOKafkaConsumer("topic")

        source = Source()
        """,
    ),
    direct(
        "an object that an operator takes",
        """
        from workers.claimx.clients import source

        pipe = source >> print
        """,
        (3, "reference", via("clients.source", "clients.Source")),
        clients="""
        from aiokafka import AIOKafkaConsumer

        class Source:
            def __rshift__(self, other):
                return AIOKafkaConsumer("topic")

        source = Source()
        """,
    ),
    direct(
        "an object that is looked into",
        """
        from workers.claimx.clients import source

        client = source["topic"]
        """,
        (3, "reference", via("clients.source", "clients.Source")),
        clients="""
        from aiokafka import AIOKafkaConsumer

        class Source:
            def __getitem__(self, topic):
                return AIOKafkaConsumer("topic")

        source = Source()
        """,
    ),
    direct(
        "an object that is handed on",
        """
        from workers.claimx.clients import source

        import runner

        runner.drive(source)
        """,
        (5, "reference", via("clients.source", "clients.Source")),
        clients="""
        from aiokafka import AIOKafkaConsumer

        class Source:
            def drive(self):
                return AIOKafkaConsumer("topic")

        source = Source()
        """,
    ),
    direct(
        "a property of an object",
        """
        from workers.claimx.clients import source

        client = source.client
        """,
        (3, "reference", via("clients.source", "clients.Source.client")),
        clients="""
        from aiokafka import AIOKafkaConsumer

        class Source:
            @property
            def client(self):
                return AIOKafkaConsumer("topic")

        source = Source()
        """,
    ),
    direct(
        "any name of an object that makes up its members",
        """
        from workers.claimx.clients import source

        client = source.kafka
        """,
        (3, "reference", via("clients.source", "clients.Source.__getattr__")),
        clients="""
        from aiokafka import AIOKafkaConsumer

        class Source:
            def __getattr__(self, name):
                return AIOKafkaConsumer("topic")

        source = Source()
        """,
    ),
    direct(
        "a member of what another library's property gives",
        "from workers.claimx.clients import source\n\nsource.client.start()\n",
        (3, "call", via("clients.source", "clients.Source.client")),
        clients="""
        from aiokafka import AIOKafkaConsumer
        from django.utils import functional

        class Source:
            @functional.cached_property
            def client(self):
                return AIOKafkaConsumer("topic")

        source = Source()
        """,
    ),
    direct(
        "a descriptor",
        "from workers.claimx.clients import source\n\nclient = source.client\n",
        (3, "reference", via("clients.source", "clients.Client.__get__")),
        clients="""
        from aiokafka import AIOKafkaConsumer

        class Client:
            def __get__(self, owner, kind=None):
                return AIOKafkaConsumer("topic")

        class Source:
            client = Client()

        source = Source()
        """,
    ),
    direct(
        "a member of what a decorator makes of a function",
        "from workers.claimx.clients import consume\n\nconsume.delay()\n",
        (3, "call", via("clients.consume")),
        clients="""
        from aiokafka import AIOKafkaConsumer
        from celery import shared_task

        @shared_task
        def consume():
            return AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "an object that is only asked whether it is there, kept and named",
        """
        from workers.claimx.clients import source

        class Worker:
            def __init__(self):
                self.source = source

            def describe(self):
                return self.source.name() if isinstance(source, object) and self.source else ""
        """,
        clients="""
        from aiokafka import AIOKafkaConsumer

        class Source:
            def name(self):
                return "source"

            def client(self):
                return AIOKafkaConsumer("topic")

        source = Source()
        """,
    ),
    direct(
        "a method of an enumeration's member",
        "from workers.claimx.clients import Kind\n\nclient = Kind.KAFKA.make()\n",
        (3, "call", via("clients.Kind", "clients.Kind.make")),
        clients="""
        import enum

        from aiokafka import AIOKafkaConsumer

        class Kind(enum.Enum):
            KAFKA = 1

            def make(self):
                return AIOKafkaConsumer("topic")
        """,
    ),
    direct(
        "a star import that may replace what was defined before",
        """
        def make():
            raise NotImplementedError

        try:
            from workers.claimx.clients import *
        except ImportError:
            pass

        client = make()
        """,
        (9, "call", via("clients.make")),
        clients="from aiokafka import AIOKafkaConsumer\n\ndef make():\n    return AIOKafkaConsumer()\n",
    ),
    direct(
        "a star import in whose stead something is defined",
        """
        try:
            from workers.claimx.clients import *
        except ImportError:
            def make():
                raise NotImplementedError

        client = make()
        """,
        (7, "call", via("clients.make")),
        clients="from aiokafka import AIOKafkaConsumer\n\ndef make():\n    return AIOKafkaConsumer()\n",
    ),
    nothing(
        "a star import that is replaced by what is defined after it",
        """
        from workers.claimx.clients import *

        def make():
            return None

        client = make()
        """,
        clients="from aiokafka import AIOKafkaConsumer\n\ndef make():\n    return AIOKafkaConsumer()\n",
    ),
)
