"""Forms: what looks like a client and is none."""

from tests.scanning.forms.form import nothing

FORMS = (
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
    nothing(
        "getattr with a name made at run time on something of one's own",
        """
        class Worker:
            def run(self, kind):
                return getattr(self, f"handle_{kind}")()
        """,
    ),
    nothing("an empty file", ""),
    nothing(
        "an alias that says it is a type",
        """
        from typing import TypeAlias

        from aiokafka import AIOKafkaConsumer

        Consumer: TypeAlias = AIOKafkaConsumer

        def run(consumer: Consumer): ...
        """,
    ),
    nothing(
        "an implementation for one type, and none that builds a client",
        """
        from functools import singledispatch

        @singledispatch
        def describe(value):
            return "unknown"

        @describe.register
        def _(value: int):
            return "a number"

        print(describe(1))
        """,
    ),
)
