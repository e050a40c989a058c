"""Forms: clients through chains of modules, packages, functions and names."""

from tests.scanning.forms.form import direct, nothing, via

FORMS = (
    direct(
        "a package's face",
        """
        from workers.claimx.face import Reader

        reader = Reader("topic")
        """,
        (3, "call", via("face.Reader", "face.inner.Reader")),
        face__init="""
            from .inner import Reader
            """,
        face__inner="""
            from aiokafka import AIOKafkaConsumer as Reader
            """,
    ),
    direct(
        "a package's face that is reached by an attribute",
        """
        import workers.claimx.face

        reader = workers.claimx.face.Reader("topic")
        """,
        (3, "call", via("face.Reader", "face.inner.Reader")),
        face__init="""
            from .inner import Reader
            """,
        face__inner="""
            from aiokafka import AIOKafkaConsumer as Reader
            """,
    ),
    direct(
        "a module of a package without __init__.py",
        """
        from workers.claimx.bare import inner

        reader = inner.Reader("topic")
        """,
        (3, "call", via("bare.inner.Reader")),
        bare__inner="""
            from aiokafka import AIOKafkaConsumer as Reader
            """,
    ),
    nothing(
        "a module beside one of the same name in another package",
        """
        from workers.claimx.other.clients import build

        build()
        """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            def build():
                return AIOKafkaConsumer()
            """,
        other__clients="""
            def build():
                return 1
            """,
    ),
    direct(
        "a relative import of the package itself",
        """
        from . import clients

        reader = clients.build()
        """,
        (3, "call", via("clients.build")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def build():
                return AIOKafkaConsumer()
            """,
    ),
    direct(
        "a relative import of the package around",
        """
        from ..claimx.clients import build as make

        reader = make()
        """,
        (3, "call", via("clients.build")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def build():
                return AIOKafkaConsumer()
            """,
    ),
    direct(
        "a nested function that is returned",
        """
        from workers.claimx.clients import maker

        reader = maker()()
        """,
        (3, "call", via("clients.maker")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def maker():
                def build():
                    return AIOKafkaConsumer()
                return build
            """,
    ),
    direct(
        "a partial of a helper",
        """
        from functools import partial
        from workers.claimx.clients import build

        make = partial(build, topic="a")
        reader = make()
        """,
        (4, "reference", via("clients.build")),
        (5, "call", via("clients.build")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def build(topic):
                return AIOKafkaConsumer(topic)
            """,
    ),
    direct(
        "a lambda of another file",
        """
        from workers.claimx.clients import make

        reader = make()
        """,
        (3, "call", via("clients.make", "clients.<lambda>")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            make = lambda: AIOKafkaConsumer('topic')
            """,
    ),
    direct(
        "a cached helper",
        """
        from workers.claimx.clients import build

        reader = build()
        """,
        (3, "call", via("clients.build")),
        clients="""
            from functools import lru_cache
            from aiokafka import AIOKafkaConsumer

            @lru_cache
            def build():
                return AIOKafkaConsumer()
            """,
    ),
    direct(
        "a helper wrapped by a call",
        """
        from workers.claimx.clients import cached

        reader = cached()
        """,
        (3, "call", via("clients.cached", "clients.build")),
        clients="""
            from functools import lru_cache
            from aiokafka import AIOKafkaConsumer

            def build():
                return AIOKafkaConsumer()

            cached = lru_cache(maxsize=1)(build)
            """,
    ),
    direct(
        "helpers that call each other in a circle",
        """
        from workers.claimx.clients import first

        reader = first(3)
        """,
        (3, "call", via("clients.first")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def first(n):
                return second(n - 1) if n else AIOKafkaConsumer()

            def second(n):
                return first(n - 1)
            """,
    ),
    direct(
        "modules that import each other",
        """
        from workers.claimx.one import build

        reader = build()
        """,
        (3, "call", via("one.build", "two.make")),
        one="""
            from workers.claimx import two

            def build():
                return two.make()
            """,
        two="""
            from aiokafka import AIOKafkaConsumer

            from workers.claimx import one

            def make():
                return AIOKafkaConsumer()

            def again():
                return one.build()
            """,
    ),
    direct(
        "a generator of clients",
        """
        from workers.claimx.clients import clients

        for client in clients():
            client.start()
        """,
        (3, "call", via("clients.clients")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def clients():
                yield AIOKafkaConsumer()
            """,
    ),
    direct(
        "a global that a function sets",
        """
        from workers.claimx import clients

        clients.connect()
        clients.current.start()
        """,
        (3, "call", via("clients.connect")),
        (4, "call", via("clients.current")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            current = None

            def connect():
                global current
                current = AIOKafkaConsumer()
            """,
    ),
    direct(
        "a star import of a module with __all__ that lists it",
        """
        from workers.claimx.clients import *

        reader = build()
        """,
        (3, "call", via("clients.build")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            __all__ = ['build']

            def build():
                return AIOKafkaConsumer()
            """,
    ),
    nothing(
        "a star import of a module with __all__ that leaves it out",
        """
        from workers.claimx.clients import *

        reader = build()
        """,
        clients="""
            from aiokafka import AIOKafkaConsumer

            __all__ = ['other']

            def build():
                return AIOKafkaConsumer()

            def other():
                return 1
            """,
    ),
    direct(
        "a helper that runs at import",
        """
        import workers.claimx.clients

        workers.claimx.clients.run()
        """,
        (3, "call", via("clients.run", "clients.build")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def run():
                build()

            def build():
                return AIOKafkaConsumer()
            """,
    ),
    direct(
        "an assignment expression",
        """
        from aiokafka import AIOKafkaConsumer

        if (make := AIOKafkaConsumer):
            client = make("topic")
        """,
        (3, "reference", ()),
        (4, "call", ()),
    ),
    direct(
        "several names at once",
        """
        from aiokafka import AIOKafkaConsumer

        make, other = AIOKafkaConsumer, None
        client = make("topic")
        """,
        (3, "reference", ()),
        (4, "call", ()),
    ),
    nothing(
        "the other of several names",
        """
        from aiokafka import AIOKafkaConsumer

        other, make = dict, None
        other("topic")
        """,
    ),
    direct(
        "a choice between clients",
        """
        from aiokafka import AIOKafkaConsumer

        from fakes import Fake

        def run(test):
            make = Fake if test else AIOKafkaConsumer
            return make("topic")
        """,
        (6, "reference", ()),
        (7, "call", ()),
    ),
    direct(
        "an or",
        """
        from aiokafka import AIOKafkaConsumer

        def run(make=None):
            make = make or AIOKafkaConsumer
            return make("topic")
        """,
        (4, "reference", ()),
        (5, "call", ()),
    ),
    direct(
        "a name bound later in a loop",
        """
        from aiokafka import AIOKafkaConsumer

        def run(names):
            make = None
            for name in names:
                if make:
                    make(name)
                make = AIOKafkaConsumer
        """,
        (6, "reference", ()),
        (7, "call", ()),
    ),
    direct(
        "a conditional import",
        """
        import sys

        if sys.platform == "linux":
            from aiokafka import AIOKafkaConsumer as make
        else:
            from fakes import make

        client = make("topic")
        """,
        (8, "call", ()),
    ),
    direct(
        "an import of one module or the other",
        """
        try:
            from fast_kafka import Consumer
        except ImportError:
            from aiokafka import AIOKafkaConsumer as Consumer

        client = Consumer("topic")
        """,
        (6, "call", ()),
    ),
    direct(
        "a match statement",
        """
        from aiokafka import AIOKafkaConsumer

        def run(kind):
            match kind:
                case "kafka":
                    make = AIOKafkaConsumer
                case _:
                    make = None
            return make("topic")
        """,
        (9, "call", ()),
    ),
    direct(
        "threads and executors given a helper",
        """
        import asyncio
        from workers.claimx.clients import build

        async def run():
            return await asyncio.to_thread(build)
        """,
        (5, "reference", via("clients.build")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def build():
                return AIOKafkaConsumer()
            """,
    ),
    direct(
        "a name that a nested function binds for the one around",
        """
        from aiokafka import AIOKafkaConsumer

        def run():
            make = None

            def choose():
                nonlocal make
                make = AIOKafkaConsumer

            choose()
            return make("topic")
        """,
        (11, "call", ()),
    ),
)
