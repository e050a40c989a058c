"""Forms: how a client's name comes into a file."""

from tests.scanning.forms.form import direct, via

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
        "a member of a client that another module built",
        "from workers.claimx.clients import client\n\nconsumer = client.getmany()\n",
        (3, "call", via("clients.client")),
        clients="from aiokafka import AIOKafkaConsumer\n\nclient = AIOKafkaConsumer('topic')\n",
    ),
    direct(
        "a function that reads from a client its module built",
        "from workers.claimx.clients import loop\n\nloop()\n",
        (3, "call", via("clients.loop")),
        clients="from aiokafka import AIOKafkaConsumer\n\nclient = AIOKafkaConsumer('topic')\n\n"
        "def loop():\n    client.getmany()\n",
    ),
)
