"""Forms: clients in registries, defaults and attributes that other files fill."""

from tests.scanning.forms.form import direct, nothing, via

FORMS = (
    direct(
        "a registry that a decorator fills",
        """
        from workers.claimx.clients import CLIENTS
        import workers.claimx.kinds

        client = CLIENTS["kafka"]()
        """,
        (4, "call", via("clients.CLIENTS", "kinds.Reader")),
        clients="""
            CLIENTS = {}

            def register(name):
                def wrap(cls):
                    CLIENTS[name] = cls
                    return cls
                return wrap
            """,
        kinds="""
            import aiokafka
            from workers.claimx.clients import register

            @register('kafka')
            class Reader(aiokafka.AIOKafkaConsumer):
                pass
            """,
    ),
    nothing(
        "a registry that a decorator fills with harmless things",
        """
        from workers.claimx.clients import CLIENTS
        import workers.claimx.kinds

        client = CLIENTS["kafka"]()
        """,
        clients="""
            CLIENTS = {}

            def register(name):
                def wrap(cls):
                    CLIENTS[name] = cls
                    return cls
                return wrap
            """,
        kinds="""
            import aiokafka
            from workers.claimx.clients import register

            @register('kafka')
            class Reader:
                pass

            class Other(aiokafka.AIOKafkaConsumer):
                pass
            """,
    ),
    direct(
        "a registry that a plain decorator fills",
        """
        from workers.claimx.clients import CLIENTS

        client = CLIENTS[0]()
        """,
        (3, "call", via("clients.CLIENTS", "clients.build")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            CLIENTS = []

            def register(function):
                CLIENTS.append(function)
                return function

            @register
            def build():
                return AIOKafkaConsumer()
            """,
    ),
    direct(
        "a registry that a call fills",
        """
        from workers.claimx.clients import CLIENTS

        client = CLIENTS["kafka"]()
        """,
        (3, "call", via("clients.CLIENTS")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            CLIENTS = {}

            def register(name, cls):
                CLIENTS[name] = cls

            register('kafka', AIOKafkaConsumer)
            """,
    ),
    direct(
        "a registry that another file fills",
        """
        from workers.claimx.clients import CLIENTS
        import workers.claimx.kinds

        client = CLIENTS["kafka"]()
        """,
        (4, "call", via("clients.CLIENTS")),
        clients="""
            CLIENTS = {}
            """,
        kinds="""
            from aiokafka import AIOKafkaConsumer
            from workers.claimx.clients import CLIENTS

            CLIENTS['kafka'] = AIOKafkaConsumer
            """,
    ),
    direct(
        "a registry of another module, filled through the module",
        """
        from workers.claimx import clients
        import workers.claimx.kinds

        client = clients.CLIENTS["kafka"]()
        """,
        (4, "call", via("clients.CLIENTS")),
        (4, "reference", via("clients.CLIENTS")),
        clients="""
            CLIENTS = {}
            """,
        kinds="""
            from aiokafka import AIOKafkaConsumer
            from workers.claimx import clients

            clients.CLIENTS['kafka'] = AIOKafkaConsumer
            """,
    ),
    direct(
        "an object that registers",
        """
        from workers.claimx.clients import registry

        client = registry.get("kafka")("topic")
        """,
        (3, "call", ()),
        (3, "call", via("clients.registry", "clients.Registry.get")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            class Registry:
                def __init__(self):
                    self._clients = {}

                def register(self, name, cls):
                    self._clients[name] = cls

                def get(self, name):
                    return self._clients[name]

            registry = Registry()
            registry.register('kafka', AIOKafkaConsumer)
            """,
    ),
    direct(
        "a module's attribute set from outside",
        """
        from workers.claimx import clients
        import workers.claimx.kinds

        client = clients.Client("topic")
        """,
        (4, "call", via("clients.Client")),
        clients="""
            Client = None
            """,
        kinds="""
            from aiokafka import AIOKafkaConsumer
            from workers.claimx import clients

            clients.Client = AIOKafkaConsumer
            """,
    ),
    direct(
        "a module's attribute set from outside by setattr",
        """
        from workers.claimx import clients
        import workers.claimx.kinds

        client = clients.Client("topic")
        """,
        (4, "call", via("clients.Client")),
        clients="""

            """,
        kinds="""
            from aiokafka import AIOKafkaConsumer
            from workers.claimx import clients

            setattr(clients, 'Client', AIOKafkaConsumer)
            """,
    ),
    nothing(
        "another attribute of such a module",
        """
        from workers.claimx import clients
        import workers.claimx.kinds

        client = clients.Other("topic")
        """,
        clients="""
            Other = dict
            """,
        kinds="""
            from aiokafka import AIOKafkaConsumer
            from workers.claimx import clients

            clients.Client = AIOKafkaConsumer
            """,
    ),
    direct(
        "a default of a dataclass in another file",
        """
        from workers.claimx.clients import Settings

        client = Settings().make("topic")
        """,
        (3, "call", via("clients.Settings")),
        (3, "call", via("clients.Settings")),
        clients="""
            from dataclasses import dataclass, field
            from aiokafka import AIOKafkaConsumer

            @dataclass
            class Settings:
                make: type = AIOKafkaConsumer
            """,
    ),
    direct(
        "a default factory of a dataclass in another file",
        """
        from workers.claimx.clients import Settings

        client = Settings().client
        client.start()
        """,
        (3, "call", via("clients.Settings")),
        (4, "call", via("clients.Settings")),
        clients="""
            from dataclasses import dataclass, field
            from aiokafka import AIOKafkaConsumer

            @dataclass
            class Settings:
                client: object = field(default_factory=AIOKafkaConsumer)
            """,
    ),
    direct(
        "a default argument in another file",
        """
        from workers.claimx.clients import run

        run()
        """,
        (3, "call", via("clients.run")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def run(make=AIOKafkaConsumer):
                return make()
            """,
    ),
    direct(
        "the values of a registry",
        """
        from workers.claimx.clients import CLIENTS

        for make in CLIENTS.values():
            make("topic")
        """,
        (3, "call", via("clients.CLIENTS")),
        (4, "call", via("clients.CLIENTS")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            CLIENTS = {'kafka': AIOKafkaConsumer}
            """,
    ),
    direct(
        "a tuple taken apart",
        """
        from workers.claimx.clients import PAIR

        name, make = PAIR
        client = make("topic")
        """,
        (3, "reference", via("clients.PAIR")),
        (4, "call", via("clients.PAIR")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            PAIR = ('kafka', AIOKafkaConsumer)
            """,
    ),
    direct(
        "a list taken apart with a star",
        """
        from aiokafka import AIOKafkaConsumer

        first, *others = [dict, AIOKafkaConsumer]
        client = others[0]("topic")
        """,
        (3, "reference", ()),
        (4, "call", ()),
    ),
    direct(
        "a simple namespace",
        """
        from workers.claimx.clients import CLIENTS

        client = CLIENTS.kafka("topic")
        """,
        (3, "call", via("clients.CLIENTS")),
        clients="""
            from types import SimpleNamespace
            from aiokafka import AIOKafkaConsumer

            CLIENTS = SimpleNamespace(kafka=AIOKafkaConsumer)
            """,
    ),
    direct(
        "a registry merged with another",
        """
        from workers.claimx.clients import CLIENTS

        client = CLIENTS["kafka"]("topic")
        """,
        (3, "call", via("clients.CLIENTS")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            OLD = {'kafka': AIOKafkaConsumer}
            CLIENTS = {**OLD, 'other': dict}
            """,
    ),
    direct(
        "a registry merged by an operator",
        """
        from workers.claimx.clients import CLIENTS

        client = CLIENTS["kafka"]("topic")
        """,
        (3, "call", via("clients.CLIENTS")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            CLIENTS = {'a': dict} | {'kafka': AIOKafkaConsumer}
            """,
    ),
    direct(
        "map over topics",
        """
        from aiokafka import AIOKafkaConsumer

        clients = list(map(AIOKafkaConsumer, ["a", "b"]))
        """,
        (3, "reference", ()),
    ),
    direct(
        "a comprehension of clients",
        """
        from aiokafka import AIOKafkaConsumer

        clients = [AIOKafkaConsumer(topic) for topic in ["a", "b"]]
        """,
        (3, "call", ()),
    ),
    direct(
        "a chained lookup of a default",
        """
        from workers.claimx.clients import CLIENTS

        client = CLIENTS.get("other", dict)("topic")
        """,
        (3, "call", via("clients.CLIENTS")),
        (3, "call", via("clients.CLIENTS")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            CLIENTS = {'kafka': AIOKafkaConsumer}
            """,
    ),
    nothing(
        "a dictionary keyed by names of topics",
        """
        from workers.claimx.clients import TOPICS

        print(TOPICS["a"].upper())
        """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            TOPICS = {'a': 'b'}

            def make():
                return AIOKafkaConsumer(TOPICS['a'])
            """,
    ),
    direct(
        "an implementation for one type",
        "from workers.claimx.clients import make\n\nconsumer = make(1)\n",
        (3, "call", via("clients.make", "clients._")),
        clients="""
        from functools import singledispatch

        from aiokafka import AIOKafkaConsumer

        @singledispatch
        def make(kind):
            raise NotImplementedError

        @make.register
        def _(kind: int):
            return AIOKafkaConsumer("topic")
        """,
    ),
    direct(
        "an implementation for one type in another file",
        """
        import workers.claimx.kafka
        from workers.claimx.clients import make

        consumer = make(1)
        """,
        (4, "call", via("clients.make", "kafka.make_for_number")),
        clients="""
        from functools import singledispatch

        @singledispatch
        def make(kind):
            raise NotImplementedError
        """,
        kafka="""
        from aiokafka import AIOKafkaConsumer
        from workers.claimx.clients import make

        @make.register(int)
        def make_for_number(kind):
            return AIOKafkaConsumer("topic")
        """,
    ),
    direct(
        "a method set on a class from outside",
        """
        from workers.claimx import patches
        from workers.claimx.bases import Base

        consumer = Base().make("topic")
        """,
        (4, "call", via("bases.Base", "patches.make")),
        bases="class Base:\n    def make(self, topic):\n        raise NotImplementedError\n",
        patches="""
        from aiokafka import AIOKafkaConsumer
        from workers.claimx.bases import Base

        def make(self, topic):
            return AIOKafkaConsumer(topic)

        Base.make = make
        """,
    ),
)
