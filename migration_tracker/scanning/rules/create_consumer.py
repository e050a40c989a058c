"""create-consumer: the client built by hand is replaced by the transport layer's factory."""

from __future__ import annotations

import re
from collections.abc import Iterable

from migration_tracker.scanning.inventory import Kind, Place, Status, Verdict
from migration_tracker.scanning.rules.subject import ItemRule, Subject, count, listed

_LEFTOVER = re.compile(r"_*(?:create|build|make|init|setup|get)_(?:kafka_|aiokafka_)?consumer")


def _judge(subject: Subject) -> tuple[Verdict, str, Iterable[Place]]:
    direct = [one for one in subject.direct if one.kind is not Kind.DYNAMIC]
    left = [one for one in subject.functions if _LEFTOVER.fullmatch(one.name)]
    if direct:
        symbols = listed(one.symbol.rpartition(".")[2] for one in direct)
        reason = f"{symbols} is still reached in {count(len(direct), 'place')}"
        if left:
            reason += f", and {listed(one.name for one in left)} is still there"
        return Verdict.UNMET, reason, [*map(subject.place, direct), *map(subject.place, left)]
    if left:
        return Verdict.UNMET, f"{listed(one.name for one in left)} is still there", map(subject.place, left)
    undecided = [one for one in subject.findings if one.kind is Kind.DYNAMIC]
    if undecided:
        return (
            Verdict.UNKNOWN,
            "A client may be built by a name that is made at run time",
            map(subject.place, undecided),
        )
    if subject.status is Status.NONE:
        return Verdict.UNKNOWN, "No client was found, neither the old one nor the new", ()
    replaced = [one for one in subject.findings if one.counts]
    symbols = listed(one.symbol.rpartition(".")[2] for one in replaced)
    return Verdict.MET, f"All its clients come from {symbols}", map(subject.place, replaced)


RULE = ItemRule(
    "create-consumer",
    _judge,
    met=(
        """
from transport import create_consumer

class Worker:
    async def start(self):
        self.consumer = await create_consumer(message_handler=self.handle)
""",
    ),
    unmet=(
        """
from aiokafka import AIOKafkaConsumer

class Worker:
    def _create_consumer(self):
        return AIOKafkaConsumer("topic")
""",
        """
from transport import create_consumer

class Worker:
    async def _create_consumer(self):
        return await create_consumer(message_handler=self.handle)
""",
    ),
    unknown=(
        """
class Worker:
    async def handle(self, message):
        return None
""",
        """
import importlib

def client(name):
    return importlib.import_module(name).Client()
""",
    ),
)
