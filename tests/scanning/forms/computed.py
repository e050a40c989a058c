"""Forms: names that are put together, looked up or made at run time."""

from migration_tracker.scanning import Status
from tests.scanning.forms.form import Form, direct, named, undecided, via

FORMS = (
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
        named({"clients": "import importlib\n\ndef load(name):\n    return importlib.import_module(name)\n"}),
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
    *(
        direct(f"a client found by {how}", f"import aiokafka, pkgutil\n\nclient = {how}\n", (3, "call", ()))
        for how in (
            "vars(aiokafka)['AIOKafkaConsumer']('topic')",
            "aiokafka.__dict__['AIOKafkaConsumer']('topic')",
            "pkgutil.resolve_name('aiokafka:AIOKafkaConsumer')('topic')",
        )
    ),
    undecided("a text that is run", "exec('import aiokafka; aiokafka.AIOKafkaConsumer()')\n"),
    direct(
        "a client found among the module's own names",
        "from aiokafka import AIOKafkaConsumer\n\nclient = globals()['AIOKafkaConsumer']('topic')\n",
        (3, "call", ()),
    ),
    undecided(
        "a name made at run time among the module's own names",
        "from aiokafka import AIOKafkaConsumer\n\ndef run(name):\n    return globals()[name]('topic')\n",
    ),
    undecided(
        "a name made at run time among the old package's names",
        "import aiokafka\n\ndef run(name):\n    return vars(aiokafka)[name]('topic')\n",
    ),
    Form("a syntax error", "def (:\n", Status.UNKNOWN),
)
