"""Forms: modules and members that are found by loaders, by entry points, or step by step."""

from tests.scanning.forms.form import direct, nothing, undecided

FORMS = (
    undecided(
        "an entry point",
        """
        from importlib.metadata import entry_points

        (found,) = entry_points(group="consumers", name="kafka")
        consumer = found.load()("topic")
        """,
    ),
    undecided(
        "an entry point that another file loads",
        "from workers.claimx.plugins import load\n\nconsumer = load('kafka')('topic')\n",
        plugins="""
        from importlib import metadata

        def load(name):
            (found,) = metadata.entry_points(group="consumers", name=name)
            return found.load()
        """,
    ),
    direct(
        "a module that is made from its spec",
        """
        import importlib.util

        spec = importlib.util.find_spec("aiokafka")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        consumer = module.AIOKafkaConsumer("topic")
        """,
        (6, "call", ()),
    ),
    undecided(
        "a module that is made from a file",
        """
        import importlib.util

        def load(path):
            spec = importlib.util.spec_from_file_location("plugin", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module.make()
        """,
    ),
    nothing(
        "a spec that only tells whether the old package is there",
        "from importlib.util import find_spec\n\nIS_OLD = find_spec('aiokafka') is not None\n",
    ),
    nothing(
        "a spec of a name made at run time that only tells whether it is there",
        "from importlib.util import find_spec\n\ndef has(name):\n    return find_spec(name) is not None\n",
    ),
    direct(
        "a package that is loaded anew",
        """
        import importlib

        import aiokafka

        consumer = importlib.reload(aiokafka).AIOKafkaConsumer("topic")
        """,
        (5, "call", ()),
    ),
    direct(
        "getattr step by step",
        """
        from functools import reduce

        import aiokafka

        Client = reduce(getattr, ["consumer", "AIOKafkaConsumer"], aiokafka)
        consumer = Client("topic")
        """,
        (6, "call", ()),
    ),
    undecided(
        "getattr step by step along a path made at run time",
        """
        import functools

        import aiokafka

        def make(path):
            return functools.reduce(getattr, path.split("."), aiokafka)("topic")
        """,
    ),
    undecided(
        "a client that is called as a method of its package",
        """
        import operator

        import aiokafka

        consumer = operator.methodcaller("AIOKafkaConsumer", "topic")(aiokafka)
        """,
    ),
    direct(
        "a client among a function's own names",
        """
        def make():
            from aiokafka import AIOKafkaConsumer

            return locals()["AIOKafkaConsumer"]("topic")
        """,
        (4, "call", ()),
    ),
)
