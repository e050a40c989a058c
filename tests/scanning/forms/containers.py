"""Forms: clients kept in containers, defaults, partials and wrappers."""

from tests.scanning.forms.form import direct, via

FORMS = (
    direct(
        "a partial",
        """
        from functools import partial
        from aiokafka import AIOKafkaConsumer

        make = partial(AIOKafkaConsumer, "topic")
        consumer = make()
        """,
        (4, "reference", ()),
        (5, "call", ()),
    ),
    direct(
        "a registry",
        """
        from aiokafka import AIOKafkaConsumer

        CLIENTS = {"kafka": AIOKafkaConsumer}

        def start(kind):
            return CLIENTS[kind]("topic")
        """,
        (3, "reference", ()),
        (6, "call", ()),
    ),
    direct(
        "a default argument",
        """
        from aiokafka import AIOKafkaConsumer

        def start(client=AIOKafkaConsumer):
            return client("topic")
        """,
        (3, "reference", ()),
        (4, "call", ()),
    ),
    direct(
        "a dataclass default",
        """
        from dataclasses import dataclass, field
        from aiokafka import AIOKafkaConsumer

        @dataclass
        class Worker:
            client: object = field(default_factory=AIOKafkaConsumer)
        """,
        (6, "reference", ()),
    ),
    direct(
        "a registry of another file",
        """
        from workers.claimx.clients import CLIENTS

        reader = CLIENTS["kafka"]("topic")
        """,
        (3, "call", via("clients.CLIENTS")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            CLIENTS = {"kafka": AIOKafkaConsumer}
            """,
    ),
    direct(
        "a registry made by a call",
        "from workers.claimx.clients import CLIENTS\n\nconsumer = CLIENTS['kafka']('topic')\n",
        (3, "call", via("clients.CLIENTS")),
        clients="from aiokafka import AIOKafkaConsumer\n\nCLIENTS = dict(kafka=AIOKafkaConsumer)\n",
    ),
    direct(
        "a registry within a registry",
        "from workers.claimx.clients import CLIENTS\n\nconsumer = CLIENTS['a']['b']('topic')\n",
        (3, "call", via("clients.CLIENTS")),
        clients="from aiokafka import AIOKafkaConsumer\n\nCLIENTS = {'a': {'b': AIOKafkaConsumer}}\n",
    ),
    direct(
        "a registry filled by its method",
        "from workers.claimx.clients import CLIENTS\n\nconsumer = CLIENTS['kafka']('topic')\n",
        (3, "call", via("clients.CLIENTS")),
        clients="from aiokafka import AIOKafkaConsumer\n\nCLIENTS = {}\n"
        "CLIENTS.update(kafka=AIOKafkaConsumer)\n",
    ),
    direct(
        "a registry put together",
        "from workers.claimx.clients import CLIENTS\n\nconsumer = CLIENTS[1]('topic')\n",
        (3, "call", via("clients.CLIENTS")),
        clients="from aiokafka import AIOKafkaConsumer\n\nCLIENTS = [1] + [AIOKafkaConsumer]\n",
    ),
    direct(
        "a registry added to",
        "from workers.claimx.clients import CLIENTS\n\nconsumer = CLIENTS[0]('topic')\n",
        (3, "call", via("clients.CLIENTS")),
        clients="from aiokafka import AIOKafkaConsumer\n\nCLIENTS = []\nCLIENTS += [AIOKafkaConsumer]\n",
    ),
    direct(
        "an attribute set from outside",
        "from workers.claimx.clients import CLIENTS\n\nconsumer = CLIENTS.kafka('topic')\n",
        (3, "call", via("clients.CLIENTS")),
        clients="from aiokafka import AIOKafkaConsumer\n\nclass CLIENTS: pass\n"
        "CLIENTS.kafka = AIOKafkaConsumer\n",
    ),
    direct(
        "setattr with a name",
        "from workers.claimx.clients import CLIENTS\n\nconsumer = CLIENTS.kafka('topic')\n",
        (3, "call", via("clients.CLIENTS")),
        clients="from aiokafka import AIOKafkaConsumer\n\nclass CLIENTS: pass\n"
        "setattr(CLIENTS, 'kafka', AIOKafkaConsumer)\n",
    ),
    direct(
        "a wrapper of one's own",
        "from workers.claimx.clients import Client\n\nconsumer = Client('topic')\n",
        (3, "call", via("clients.Client")),
        clients="from aiokafka import AIOKafkaConsumer\n\ndef same(client): return client\n"
        "Client = same(AIOKafkaConsumer)\n",
    ),
    direct(
        "an object that was given the client",
        "from workers.claimx.clients import HOLDER\n\nconsumer = HOLDER.make()\n",
        (3, "call", via("clients.HOLDER", "clients.Holder.make")),
        clients="from aiokafka import AIOKafkaConsumer\n\nclass Holder:\n"
        "    def __init__(self, client): self.client = client\n"
        "    def make(self): return self.client()\nHOLDER = Holder(AIOKafkaConsumer)\n",
    ),
    direct(
        "a registry of what a comprehension goes through",
        "from workers.claimx.clients import CLIENTS\n\nconsumer = CLIENTS['make']()\n",
        (3, "call", via("clients.CLIENTS", "clients.make")),
        clients="from aiokafka import AIOKafkaConsumer\n\ndef make(): return AIOKafkaConsumer()\n\n"
        "CLIENTS = {f.__name__: f for f in (make,)}\n",
    ),
    direct(
        "a provider of a container",
        "from workers.claimx.clients import Container\n\nconsumer = Container.consumer()\n",
        (3, "call", via("clients.Container")),
        clients="from aiokafka import AIOKafkaConsumer\nfrom dependency_injector import providers\n\n"
        "class Container:\n    consumer = providers.Singleton(AIOKafkaConsumer)\n",
    ),
    direct(
        "a registry that the worker adds to",
        """
        from workers.claimx.clients import CLIENTS

        def start(name):
            CLIENTS["last"] = name
            return CLIENTS["kafka"]("topic")
        """,
        (4, "reference", via("clients.CLIENTS")),
        (5, "call", via("clients.CLIENTS")),
        clients="from aiokafka import AIOKafkaConsumer\n\nCLIENTS = {'kafka': AIOKafkaConsumer}\n",
    ),
)
