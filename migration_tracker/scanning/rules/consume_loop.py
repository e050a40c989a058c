"""consume-loop: the worker no longer reads messages in a loop of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from migration_tracker.scanning.facts.values import Scope
from migration_tracker.scanning.inventory import Kind, Place, Verdict
from migration_tracker.scanning.rules.subject import ItemRule, Subject, listed

LOOP = re.compile(
    r"_*(?:(?:consume|consumer|consumption|poll|polling|fetch)_(?:loop|messages|batches|forever)|consume)"
)


def _judge(subject: Subject) -> tuple[Verdict, str, Iterable[Place]]:
    loops = [one for one in subject.functions if LOOP.fullmatch(one.name) and not _takes_a_message(one)]
    reads = [
        use
        for use in subject.facts.uses
        if use.kind == "iterate" and subject.is_legacy_client(subject.values(use.term))
    ]
    reads += subject.fetches
    if loops or reads:
        said = []
        if loops:
            said.append(f"{listed(one.name for one in loops)} is still there")
        if reads:
            said.append("it reads messages from the client itself")
        return Verdict.UNMET, ", and ".join(said), [*map(subject.place, loops), *map(subject.place, reads)]
    direct = [one for one in subject.direct if one.kind is not Kind.DYNAMIC]
    if direct:
        return (
            Verdict.UNKNOWN,
            "It builds its own client, but no loop that reads from it was found",
            map(subject.place, direct),
        )
    return Verdict.MET, "No loop that reads messages is left", ()


def _takes_a_message(function: Scope) -> bool:
    """A handler that is called `consume` is no loop."""
    needed = [one for one in function.params if one.needed and one.name not in {"self", "cls"}]
    return function.name.strip("_") == "consume" and bool(needed)


RULE = ItemRule(
    "consume-loop",
    _judge,
    met=(
        """
from transport import create_consumer

async def start(handle):
    return await create_consumer(message_handler=handle)
""",
        """
from transport import create_consumer

class Worker:
    async def start(self):
        self.consumer = await create_consumer(message_handler=self.consume)

    async def consume(self, message):
        return self.cache.getone(message.key)
""",
    ),
    unmet=(
        """
class Worker:
    async def _consume_loop(self):
        return None
""",
        """
from aiokafka import AIOKafkaConsumer

class Worker:
    def __init__(self):
        self.client = AIOKafkaConsumer("topic")

    async def run(self):
        async for message in self.client:
            await self.handle(message)
""",
        """
async def drain(consumer):
    while True:
        batches = await consumer.getmany(timeout_ms=1000)
""",
    ),
    unknown=(
        """
from aiokafka import AIOKafkaConsumer

async def start():
    return AIOKafkaConsumer("topic")
""",
    ),
)
