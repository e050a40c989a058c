"""Forms: clients through methods, instances, base classes and types of other modules."""

from tests.scanning.forms.form import direct, nothing, via

FORMS = (
    direct(
        "a method of the worker's own",
        """
        from aiokafka import AIOKafkaConsumer

        class Worker:
            def _factory(self):
                return AIOKafkaConsumer("topic")

            def start(self):
                self.client = self._factory()
        """,
        (5, "call", ()),
    ),
    direct(
        "a method that an attribute holds",
        """
        from workers.claimx.clients import Clients

        class Worker:
            def __init__(self):
                self._factory = Clients().make

            def start(self):
                self.client = self._factory()
        """,
        (5, "call", via("clients.Clients")),
        (5, "reference", via("clients.Clients", "clients.Clients.make")),
        (8, "call", via("clients.Clients", "clients.Clients.make")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                def make(self):
                    return AIOKafkaConsumer('topic')
            """,
    ),
    direct(
        "an instance kept in an attribute",
        """
        from workers.claimx.clients import Clients

        class Worker:
            def __init__(self):
                self.clients = Clients()

            def start(self):
                return self.clients.make()
        """,
        (5, "call", via("clients.Clients")),
        (8, "call", via("clients.Clients", "clients.Clients.make")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                def make(self):
                    return AIOKafkaConsumer('topic')
            """,
    ),
    nothing(
        "another method of such an instance",
        """
        from workers.claimx.clients import Names

        class Worker:
            def __init__(self):
                self.names = Names()

            def start(self):
                return self.names.topic()
        """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                def make(self):
                    return AIOKafkaConsumer('topic')

            class Names:
                def topic(self):
                    return 'topic'
            """,
    ),
    direct(
        "a class method",
        """
        from workers.claimx.clients import Clients

        client = Clients.default()
        """,
        (3, "call", via("clients.Clients", "clients.Clients.default", "clients.Clients._make")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                @classmethod
                def default(cls):
                    return cls._make()

                @classmethod
                def _make(cls):
                    return AIOKafkaConsumer('topic')
            """,
    ),
    direct(
        "a property of a base class",
        """
        from workers.claimx.clients import Base

        class Worker(Base):
            def start(self):
                return self.client.start()
        """,
        (3, "subclass", via("clients.Base")),
        (5, "call", via("clients.Base.client")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Base:
                @property
                def client(self):
                    return AIOKafkaConsumer('topic')
            """,
    ),
    direct(
        "super() of a base class that builds one",
        """
        from workers.claimx.clients import Base

        class Worker(Base):
            def connect(self):
                return super().connect()
        """,
        (3, "subclass", via("clients.Base")),
        (5, "call", via("clients.Base.connect")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Base:
                def connect(self):
                    return AIOKafkaConsumer('topic')
            """,
    ),
    direct(
        "a base class two files away",
        """
        from workers.claimx.middle import Middle

        class Worker(Middle):
            pass
        """,
        (3, "subclass", via("middle.Middle", "clients.Base")),
        middle="""
            from workers.claimx.clients import Base

            class Middle(Base):
                pass
            """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Base:
                def make(self):
                    return AIOKafkaConsumer('topic')
            """,
    ),
    direct(
        "a mixin beside a harmless base",
        """
        from workers.claimx.clients import KafkaMixin

        class Plain:
            pass

        class Worker(Plain, KafkaMixin):
            pass
        """,
        (6, "subclass", via("clients.KafkaMixin")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class KafkaMixin:
                def make(self):
                    return AIOKafkaConsumer('topic')
            """,
    ),
    nothing(
        "a harmless base from a module that builds a client elsewhere",
        """
        from workers.claimx.clients import Named

        class Worker(Named):
            pass
        """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                def make(self):
                    return AIOKafkaConsumer('topic')

            class Named:
                name = 'worker'
            """,
    ),
    direct(
        "a class attribute of a base class",
        """
        from workers.claimx.clients import Base

        class Worker(Base):
            def start(self):
                return self.client_class("topic")
        """,
        (3, "subclass", via("clients.Base")),
        (5, "call", ()),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Base:
                client_class = AIOKafkaConsumer
            """,
    ),
    nothing(
        "a class attribute that the worker overrides",
        """
        from workers.claimx.clients import Base
        from fakes import Fake

        class Worker(Base):
            client_class = Fake

            def start(self):
                return self.client_class("topic")
        """,
        clients="""
            from fakes import Other
            from aiokafka import AIOKafkaConsumer

            class Base:
                client_class = Other
            """,
    ),
    direct(
        "an instance that can be called",
        """
        from workers.claimx.clients import make

        client = make()
        """,
        (3, "call", via("clients.make", "clients.Maker.__call__")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Maker:
                def __call__(self):
                    return AIOKafkaConsumer('topic')

            make = Maker()
            """,
    ),
    direct(
        "__new__ of a class",
        """
        from workers.claimx.clients import Reader

        reader = Reader()
        """,
        (3, "call", via("clients.Reader")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Reader:
                def __new__(cls):
                    return AIOKafkaConsumer('topic')
            """,
    ),
    direct(
        "a context manager",
        """
        from workers.claimx.clients import client

        async def run():
            async with client() as consumer:
                await consumer.getone()
        """,
        (4, "call", via("clients.client")),
        clients="""
            from contextlib import asynccontextmanager
            from aiokafka import AIOKafkaConsumer

            @asynccontextmanager
            async def client():
                consumer = AIOKafkaConsumer('topic')
                yield consumer
            """,
    ),
    direct(
        "a class within a class",
        """
        from workers.claimx.clients import Outer

        client = Outer.Inner()
        """,
        (3, "call", via("clients.Outer", "clients.Outer.Inner")),
        clients="""
            import aiokafka

            class Outer:
                class Inner(aiokafka.AIOKafkaConsumer):
                    pass
            """,
    ),
    direct(
        "a class within a function",
        """
        from workers.claimx.clients import make_class

        Reader = make_class()
        reader = Reader()
        """,
        (3, "call", via("clients.make_class")),
        (4, "call", via("clients.make_class.Inner")),
        clients="""
            import aiokafka

            def make_class():
                class Inner(aiokafka.AIOKafkaConsumer):
                    pass
                return Inner
            """,
    ),
    direct(
        "a base class with a parameter",
        """
        from typing import Generic, TypeVar
        from aiokafka import AIOKafkaConsumer

        T = TypeVar("T")

        class Reader(AIOKafkaConsumer, Generic[T]):
            pass

        reader = Reader[int]()
        """,
        (6, "subclass", ()),
    ),
    direct(
        "a metaclass that builds one",
        """
        from workers.claimx.clients import Meta

        class Worker(metaclass=Meta):
            pass
        """,
        (3, "reference", via("clients.Meta")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Meta(type):
                def __call__(cls):
                    return AIOKafkaConsumer('topic')
            """,
    ),
    direct(
        "a decorator with arguments",
        """
        from workers.claimx.clients import with_client

        @with_client(topic="a")
        def run(client):
            return client
        """,
        (3, "call", via("clients.with_client")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def with_client(topic):
                def wrap(function):
                    def run():
                        return function(AIOKafkaConsumer(topic))
                    return run
                return wrap
            """,
    ),
    direct(
        "a decorator of a class",
        """
        from workers.claimx.clients import with_client

        @with_client
        class Worker:
            pass
        """,
        (3, "call", via("clients.with_client")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def with_client(cls):
                cls.client = AIOKafkaConsumer('topic')
                return cls
            """,
    ),
    direct(
        "an enumeration's member",
        """
        from workers.claimx.clients import Kind

        client = Kind.KAFKA.value("topic")
        """,
        (3, "call", via("clients.Kind")),
        clients="""
            from enum import Enum
            from aiokafka import AIOKafkaConsumer

            class Kind(Enum):
                KAFKA = AIOKafkaConsumer
            """,
    ),
    direct(
        "a class method of the client itself",
        """
        from aiokafka import AIOKafkaConsumer

        client = AIOKafkaConsumer.create("topic")
        """,
        (3, "call", ()),
    ),
    direct(
        "an abstract method that a subclass fills",
        """
        from workers.claimx.clients import Base
        from aiokafka import AIOKafkaConsumer

        class Worker(Base):
            def make(self):
                return AIOKafkaConsumer("topic")
        """,
        (6, "call", ()),
        clients="""
            class Base:
                def start(self):
                    self.client = self.make()

                def make(self):
                    raise NotImplementedError
            """,
    ),
    direct(
        "dependency through a parameter's type",
        """
        from workers.claimx.clients import Clients

        def run(clients: Clients):
            return clients.make()
        """,
        (4, "call", via("clients.Clients.make")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                def make(self):
                    return AIOKafkaConsumer('topic')
            """,
    ),
    direct(
        "an optional type",
        """
        from workers.claimx.clients import Clients

        def run(clients: Clients | None = None):
            return clients.make()
        """,
        (4, "call", via("clients.Clients.make")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                def make(self):
                    return AIOKafkaConsumer('topic')
            """,
    ),
    direct(
        "a type that is an attribute of a dataclass",
        """
        from dataclasses import dataclass
        from workers.claimx.clients import Clients

        @dataclass
        class Worker:
            clients: Clients

            def run(self):
                return self.clients.make()
        """,
        (9, "call", via("clients.Clients.make")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Clients:
                def make(self):
                    return AIOKafkaConsumer('topic')
            """,
    ),
)
