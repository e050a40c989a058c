"""Forms: clients by names that are put together, looked up, or not known."""

from tests.scanning.forms.form import direct, nothing, undecided, via

FORMS = (
    direct(
        "an escaped string",
        'import importlib\n\nclient = importlib.import_module("aio\\x6bafka").AIOKafkaConsumer("topic")\n',
        (3, "call", ()),
    ),
    direct(
        "a formatted constant",
        """
        import importlib

        LIBRARY = "kafka"
        module = importlib.import_module(f"aio{LIBRARY}")
        client = module.AIOKafkaConsumer("topic")
        """,
        (5, "call", ()),
    ),
    direct(
        "strings side by side",
        """
        import importlib

        client = getattr(importlib.import_module("aio" "kafka"), "AIOKafka" "Consumer")("topic")
        """,
        (3, "call", ()),
    ),
    direct(
        "str.join of constants",
        """
        import importlib

        client = importlib.import_module("".join(["aio", "kafka"])).AIOKafkaConsumer("topic")
        """,
        (3, "call", ()),
    ),
    direct(
        "str.format of a constant",
        """
        import importlib

        client = importlib.import_module("aio{}".format("kafka")).AIOKafkaConsumer("topic")
        """,
        (3, "call", ()),
    ),
    direct(
        "a text with % put together",
        """
        import importlib

        client = importlib.import_module("aio%s" % "kafka").AIOKafkaConsumer("topic")
        """,
        (3, "call", ()),
    ),
    undecided(
        "a list of parts of which one is not known",
        """
        import importlib

        def run(part):
            return importlib.import_module("".join(["aio", part])).AIOKafkaConsumer("topic")
        """,
    ),
    direct(
        "__import__",
        """
        client = __import__("aiokafka").AIOKafkaConsumer("topic")
        """,
        (1, "call", ()),
    ),
    direct(
        "__import__ of a deeper module",
        """
        client = __import__("aiokafka.consumer").AIOKafkaConsumer("topic")
        """,
        (1, "call", ()),
    ),
    direct(
        "import_module by another name",
        """
        from importlib import import_module as load

        client = load("aiokafka").AIOKafkaConsumer("topic")
        """,
        (3, "call", ()),
    ),
    direct(
        "a relative import_module",
        """
        from importlib import import_module

        client = import_module(".clients", package="workers.claimx").build()
        """,
        (3, "call", via("clients.build")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def build():
                return AIOKafkaConsumer()
            """,
    ),
    direct(
        "a relative import_module from one's own package",
        """
        from importlib import import_module

        client = import_module(".clients", __package__).build()
        """,
        (3, "call", via("clients.build")),
        clients="""
            from aiokafka import AIOKafkaConsumer

            def build():
                return AIOKafkaConsumer()
            """,
    ),
    nothing(
        "import_module of something harmless",
        """
        from importlib import import_module

        client = import_module("json").loads("1")
        """,
    ),
    direct(
        "import_module of each of some names",
        """
        from importlib import import_module

        for name in ("json", "aiokafka"):
            import_module(name).AIOKafkaConsumer("topic")
        """,
        (4, "call", ()),
    ),
    nothing(
        "import_module of each of some harmless names",
        """
        from importlib import import_module

        for name in ("json", "csv"):
            import_module(name)
        """,
    ),
    undecided(
        "import_module of what a parameter says, whatever its default",
        """
        from importlib import import_module

        def load(name="json"):
            return import_module(name)
        """,
    ),
    direct(
        "a module whose name another file defines",
        """
        from importlib import import_module
        from workers.claimx.names import LIBRARY

        client = import_module(LIBRARY).AIOKafkaConsumer("topic")
        """,
        (4, "call", ()),
        names="""
            LIBRARY = 'aiokafka'
            """,
    ),
    direct(
        "a constant of a class",
        """
        from importlib import import_module

        class Names:
            LIBRARY = "aiokafka"

        client = import_module(Names.LIBRARY).AIOKafkaConsumer("topic")
        """,
        (6, "call", ()),
    ),
    direct(
        "a constant by the module's attribute",
        """
        from importlib import import_module
        from workers.claimx import names

        client = import_module(names.LIBRARY).AIOKafkaConsumer("topic")
        """,
        (4, "call", ()),
        names="""
            LIBRARY = 'aiokafka'
            """,
    ),
    undecided(
        "a name out of the environment",
        """
        import os
        from importlib import import_module

        client = import_module(os.environ["LIBRARY"]).Consumer("topic")
        """,
    ),
    direct(
        "sys.modules",
        """
        import sys
        import aiokafka

        client = sys.modules["aiokafka"].AIOKafkaConsumer("topic")
        """,
        (4, "call", ()),
    ),
    direct(
        "sys.modules.get",
        """
        import sys

        client = sys.modules.get("aiokafka").AIOKafkaConsumer("topic")
        """,
        (3, "call", ()),
    ),
    undecided(
        "sys.modules by a name made at run time",
        """
        import sys

        def run(name):
            return sys.modules[name].AIOKafkaConsumer("topic")
        """,
    ),
    nothing(
        "sys.modules of something harmless",
        """
        import sys

        client = sys.modules["json"].loads("1")
        """,
    ),
    nothing(
        "the worker's own module in sys.modules",
        """
        import sys

        this = sys.modules[__name__]
        """,
    ),
    direct(
        "attrgetter",
        """
        import aiokafka
        from operator import attrgetter

        client = attrgetter("AIOKafkaConsumer")(aiokafka)("topic")
        """,
        (4, "call", ()),
    ),
    direct(
        "attrgetter through modules",
        """
        import aiokafka
        import operator

        client = operator.attrgetter("consumer.AIOKafkaConsumer")(aiokafka)("topic")
        """,
        (4, "call", ()),
    ),
    direct(
        "getattr with a default",
        """
        import aiokafka

        client = getattr(aiokafka, "AIOKafkaConsumer", None)("topic")
        """,
        (3, "call", ()),
    ),
    direct(
        "the client as getattr's default",
        """
        import fast_kafka
        from aiokafka import AIOKafkaConsumer

        make = getattr(fast_kafka, "Consumer", AIOKafkaConsumer)
        client = make("topic")
        """,
        (4, "reference", ()),
        (5, "call", ()),
    ),
    direct(
        "vars().get",
        """
        import aiokafka

        client = vars(aiokafka).get("AIOKafkaConsumer")("topic")
        """,
        (3, "call", ()),
    ),
    nothing(
        "vars of an object of one's own",
        """
        class Settings:
            pass

        print(vars(Settings())["topic"])
        """,
    ),
    direct(
        "import_string of a constant",
        """
        from django.utils.module_loading import import_string

        client = import_string("aiokafka.AIOKafkaConsumer")("topic")
        """,
        (3, "call", ()),
    ),
    undecided(
        "import_string of a setting",
        """
        from django.utils.module_loading import import_string

        def run(settings):
            return import_string(settings.CLIENT)("topic")
        """,
    ),
    undecided(
        "eval of a text made at run time",
        """
        def run(text):
            return eval(text)
        """,
    ),
    undecided(
        "a helper that evaluates",
        """
        from workers.claimx.clients import load

        client = load("x")
        """,
        clients="""
            def load(text):
                return eval(text)
            """,
    ),
    nothing(
        "exec of a constant that names no client",
        """
        exec("x = 1")
        """,
    ),
    direct(
        "direct and undecided at once",
        """
        import importlib
        from aiokafka import AIOKafkaConsumer

        client = AIOKafkaConsumer("topic")

        def load(name):
            return importlib.import_module(name)
        """,
        (4, "call", ()),
    ),
    undecided(
        "an import that runs by a name in a loop over a parameter",
        """
        import importlib

        def load(names):
            return [importlib.import_module(name) for name in names]
        """,
    ),
)
