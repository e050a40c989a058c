"""Small programs, each with the status and the places that it must get."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from migration_tracker.scanning import Inventory, Rule, Status

WORKER = "workers/claimx/download_worker.py"
FACTORY = "workers/claimx/clients.py"
C = "aiokafka.AIOKafkaConsumer"


@dataclass(frozen=True)
class Form:
    """`at` are line, kind and via of what counts: direct clients, or the transport's if it is migrated."""

    name: str
    worker: str
    status: Status
    at: tuple[tuple[int, str, tuple[str, ...]], ...] = ()
    files: dict[str, str] = field(default_factory=dict)


def direct(name: str, worker: str, *at: tuple[int, str, tuple[str, ...]], **files: str) -> Form:
    return Form(name, worker, Status.DIRECT, at, _named(files))


def nothing(name: str, worker: str, **files: str) -> Form:
    return Form(name, worker, Status.NONE, (), _named(files))


def _named(files: dict[str, str]) -> dict[str, str]:
    return {f"workers/claimx/{name}.py": text for name, text in files.items()}


def via(*names: str) -> tuple[str, ...]:
    return tuple(f"workers.claimx.{name}" for name in names)


FORMS = (
    direct(
        "the plain import",
        """
        from aiokafka import AIOKafkaConsumer

        consumer = AIOKafkaConsumer("topic")
        """,
        (3, "call", ()),
    ),
    direct(
        "an aliased import",
        """
        from aiokafka import AIOKafkaConsumer as Reader

        def start():
            return Reader("topic")
        """,
        (4, "call", ()),
    ),
    direct(
        "an attribute of the module",
        """
        import aiokafka

        def start():
            return aiokafka.AIOKafkaConsumer("topic")
        """,
        (4, "call", ()),
    ),
    direct(
        "a module alias",
        """
        import aiokafka as kafka

        def start():
            return kafka.AIOKafkaConsumer("topic")
        """,
        (4, "call", ()),
    ),
    direct(
        "a deeper module of the package",
        """
        import aiokafka.consumer

        def start():
            return aiokafka.consumer.AIOKafkaConsumer("topic")
        """,
        (4, "call", ()),
    ),
    direct(
        "a star import",
        """
        from aiokafka import *

        def start():
            return AIOKafkaConsumer("topic")
        """,
        (4, "call", ()),
    ),
    direct(
        "an import within a function",
        """
        def start():
            from aiokafka import AIOKafkaConsumer
            return AIOKafkaConsumer("topic")
        """,
        (3, "call", ()),
    ),
    direct(
        "an import that may fail",
        """
        try:
            from aiokafka import AIOKafkaConsumer
        except ImportError:
            AIOKafkaConsumer = None

        def start():
            return AIOKafkaConsumer("topic")
        """,
        (7, "call", ()),
    ),
    direct(
        "a name over several lines",
        """
        import aiokafka

        consumer = (
            aiokafka
            .AIOKafkaConsumer
        )("topic")
        """,
        (5, "call", ()),
    ),
    direct(
        "an alias by assignment",
        """
        import aiokafka

        Reader = aiokafka.AIOKafkaConsumer

        def start():
            return Reader("topic")
        """,
        (6, "call", ()),
    ),
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
        "importlib and getattr with constant names",
        """
        import importlib

        def start():
            module = importlib.import_module("aio" + "kafka")
            return getattr(module, "AIOKafka" "Consumer")("topic")
        """,
        (5, "call", ()),
    ),
    direct(
        "getattr with a constant of the module",
        """
        import aiokafka

        NAME = "AIOKafkaConsumer"

        def start():
            client = getattr(aiokafka, NAME)
            return client("topic")
        """,
        (7, "call", ()),
    ),
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
        "the legacy class taken from the layer's own module",
        """
        from transport.kafka import AIOKafkaConsumer

        reader = AIOKafkaConsumer("topic")
        """,
        (3, "call", ("transport.kafka.AIOKafkaConsumer",)),
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
    nothing("no client", "def run():\n    return 1\n"),
    nothing(
        "comments, strings and docstrings",
        '''
        """Was an AIOKafkaConsumer from aiokafka."""
        # from aiokafka import AIOKafkaConsumer
        TEXT = "AIOKafkaConsumer()"
        ''',
    ),
    nothing(
        "a parameter of the same name",
        """
        from aiokafka import AIOKafkaConsumer

        def start(AIOKafkaConsumer):
            return AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "a local name that shadows it",
        """
        from aiokafka import AIOKafkaConsumer

        def start(fake):
            AIOKafkaConsumer = fake
            return AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "a name bound anew",
        """
        from aiokafka import AIOKafkaConsumer
        from fakes import Fake

        AIOKafkaConsumer = Fake

        def start():
            return AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "another class of the same name",
        """
        class AIOKafkaConsumer:
            pass

        consumer = AIOKafkaConsumer()
        """,
    ),
    nothing(
        "an annotation",
        """
        from aiokafka import AIOKafkaConsumer

        def run(client: AIOKafkaConsumer | None) -> AIOKafkaConsumer:
            return client
        """,
    ),
    nothing(
        "an import for type checkers",
        """
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from aiokafka import AIOKafkaConsumer

        def run(client: "AIOKafkaConsumer") -> None:
            return None
        """,
    ),
    nothing(
        "an import for type checkers, and something else when it runs",
        """
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from aiokafka import AIOKafkaConsumer
        else:
            AIOKafkaConsumer = dict

        client = AIOKafkaConsumer()
        """,
    ),
    nothing(
        "a test of its type",
        """
        import aiokafka

        def is_kafka(client):
            return isinstance(client, aiokafka.AIOKafkaConsumer)
        """,
    ),
    nothing("an import that nothing uses", "from aiokafka import AIOKafkaConsumer\n"),
    nothing("another name of the package", "from aiokafka.errors import KafkaError\n\nraise KafkaError\n"),
    nothing(
        "something harmless of a module that builds a client elsewhere",
        """
        from workers.claimx.clients import topic_of, Clients

        topic = topic_of("downloads")
        other = Clients.topic("downloads")
        """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            def topic_of(name):
                return f"claimx.{name}"

            def build():
                return AIOKafkaConsumer("topic")

            class Clients:
                @staticmethod
                def topic(name):
                    return name

                def make(self):
                    return AIOKafkaConsumer("topic")
            """,
    ),
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
        _named(
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
        _named(
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
    Form(
        "a module whose name is made at run time",
        """
        import importlib

        def start(name):
            return importlib.import_module(f"clients.{name}").Consumer("topic")
        """,
        Status.UNKNOWN,
    ),
    Form(
        "a member of the old package by a name made at run time",
        """
        import aiokafka

        def start(name):
            return getattr(aiokafka, name)("topic")
        """,
        Status.UNKNOWN,
    ),
    Form(
        "a helper that imports by a name made at run time",
        """
        from workers.claimx.clients import load

        client = load("x")
        """,
        Status.UNKNOWN,
        (),
        _named(
            {"clients": "import importlib\n\ndef load(name):\n    return importlib.import_module(name)\n"}
        ),
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
        (3, "reference", via("clients.CLIENTS")),
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
        "a class made by type()",
        "from workers.claimx.clients import Client\n\nconsumer = Client('topic')\n",
        (3, "call", via("clients.Client")),
        clients="from aiokafka import AIOKafkaConsumer\n\nClient = type('Client', (AIOKafkaConsumer,), {})\n",
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
        (3, "call", via("clients.HOLDER")),
        clients="from aiokafka import AIOKafkaConsumer\n\nclass Holder:\n"
        "    def __init__(self, client): self.client = client\n"
        "    def make(self): return self.client()\nHOLDER = Holder(AIOKafkaConsumer)\n",
    ),
    direct(
        "a member of a client that another module built",
        "from workers.claimx.clients import client\n\nconsumer = client.getmany()\n",
        (3, "call", via("clients.client")),
        clients="from aiokafka import AIOKafkaConsumer\n\nclient = AIOKafkaConsumer('topic')\n",
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
    direct(
        "a function that reads from a client its module built",
        "from workers.claimx.clients import loop\n\nloop()\n",
        (3, "call", via("clients.loop")),
        clients="from aiokafka import AIOKafkaConsumer\n\nclient = AIOKafkaConsumer('topic')\n\n"
        "def loop():\n    client.getmany()\n",
    ),
    direct(
        "a module's own __getattr__",
        "from workers.claimx import clients\n\nconsumer = clients.Client('topic')\n",
        (3, "call", via("clients.Client", "clients.__getattr__")),
        clients="import aiokafka\n\ndef __getattr__(name):\n    return aiokafka.AIOKafkaConsumer\n",
    ),
    direct(
        "getattr that is handed on",
        "import aiokafka\n\nrun(getattr(aiokafka, 'AIOKafkaConsumer'))\n",
        (3, "call", ()),
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
    *(
        Form(f"a client found by {how}", f"import aiokafka, pkgutil\n\nclient = {how}\n", Status.UNKNOWN)
        for how in (
            "vars(aiokafka)['AIOKafkaConsumer']('topic')",
            "aiokafka.__dict__['AIOKafkaConsumer']('topic')",
            "pkgutil.resolve_name('aiokafka:AIOKafkaConsumer')('topic')",
            "exec('import aiokafka; aiokafka.AIOKafkaConsumer()')",
        )
    ),
    Form(
        "a client found among the module's own names",
        "from aiokafka import AIOKafkaConsumer\n\nclient = globals()['AIOKafkaConsumer']('topic')\n",
        Status.UNKNOWN,
    ),
    nothing("a text that is run and names no client", "total = eval('1 + 1')\n"),
    nothing(
        "a cast",
        "from typing import cast\nfrom aiokafka import AIOKafkaConsumer\n\nc = cast(AIOKafkaConsumer, x)\n",
    ),
    nothing(
        "a registry of other things beside one of clients",
        "from workers.claimx.clients import TOPICS\n\ntopic = TOPICS['a']\n",
        clients="from aiokafka import AIOKafkaConsumer\n\nTOPICS = dict(a='b')\n"
        "CLIENTS = dict(a=AIOKafkaConsumer)\n",
    ),
    nothing(
        "a type variable bound to the client",
        "from workers.claimx.clients import T\n\ndef start(client: T) -> T: ...\n",
        clients="from typing import TypeVar\nfrom aiokafka import AIOKafkaConsumer\n\n"
        "T = TypeVar('T', bound=AIOKafkaConsumer)\n",
    ),
    Form("a syntax error", "def (:\n", Status.UNKNOWN),
    nothing(
        "getattr with a name made at run time on something of one's own",
        """
        class Worker:
            def run(self, kind):
                return getattr(self, f"handle_{kind}")()
        """,
    ),
    nothing("an empty file", ""),
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_form_gets_its_status_and_its_places(form: Form, scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: form.worker, **form.files})

    (worker,) = inventory.workers
    rule = Rule.TRANSPORT if form.status is Status.MIGRATED else Rule.DIRECT
    counting = [one for one in worker.findings if one.counts and one.rule is rule and one.kind != "dynamic"]
    assert (worker.status, [(one.line, one.kind, one.via) for one in counting]) == (
        form.status,
        list(form.at),
    )


def test_positions_point_at_the_name(scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: "import aiokafka\n\nconsumer = aiokafka.AIOKafkaConsumer('topic')\n"})

    (finding,) = inventory.workers[0].findings
    assert (finding.path, finding.line, finding.column) == (WORKER, 3, len("consumer = aiokafka.") + 1)


def test_what_is_undecided_is_a_finding(scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: "import importlib\n\nmodule = importlib.import_module(NAME())\n"})

    (finding,) = inventory.workers[0].findings
    assert (finding.kind, finding.rule, finding.line) == ("dynamic", Rule.DIRECT, 3)


def test_type_only_use_is_a_reference_that_does_not_count(scanned: Callable[..., Inventory]) -> None:
    inventory = scanned(
        {WORKER: "from aiokafka import AIOKafkaConsumer\n\ndef run(c: AIOKafkaConsumer): ...\n"}
    )

    (finding,) = inventory.workers[0].findings
    assert (finding.kind, finding.counts, finding.line) == ("reference", False, 3)


def test_an_import_that_nothing_uses_is_told(scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: "from aiokafka import AIOKafkaConsumer\n"})

    (finding,) = inventory.workers[0].findings
    assert (finding.kind, finding.counts, finding.column) == ("import", False, 22)
