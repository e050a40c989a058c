"""one-message: the handler that is given to the transport layer takes one message a call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migration_tracker.scanning.facts.values import Param
from migration_tracker.scanning.inventory import Place, Verdict
from migration_tracker.scanning.linking.values import Symbol, Unit
from migration_tracker.scanning.rules.subject import ItemRule, Subject, listed

_MANY = re.compile(
    r"(?:\w+\.)*(?:list|List|Sequence|Iterable|Collection|tuple|Tuple|set|Set|frozenset|\w*Batch)\b"
)
_MANY_NAMES = frozenset({"messages", "batch", "records", "msgs", "events", "items"})
_BATCH_HANDLER = re.compile(r"_*(?:handle|process)_(?:batch|messages|records)")


def _judge(subject: Subject) -> tuple[Verdict, str, Iterable[Place]]:
    fetched = [use for use in subject.fetches if use.written.endswith("getmany")]
    if fetched:
        return Verdict.UNMET, "It fetches batches with `getmany`", map(subject.place, fetched)
    handlers = dict(_handlers(subject))
    many = [unit for unit, given in handlers.items() if _takes_many(_parameters(subject, unit)[given:])]
    if many:
        return Verdict.UNMET, f"{_names(subject, many)} takes many messages a call", _places(subject, many)
    odd = [unit for unit, given in handlers.items() if not _takes_one(_parameters(subject, unit)[given:])]
    if odd:
        return (
            Verdict.UNMET,
            f"{_names(subject, odd)} does not take exactly one message",
            _places(subject, odd),
        )
    if handlers:
        return Verdict.MET, f"{_names(subject, handlers)} takes one message", _places(subject, handlers)
    batch = [
        one
        for one in subject.functions
        if _BATCH_HANDLER.fullmatch(one.name) and _takes_many(one.params[-1:])
    ]
    if batch:
        return (
            Verdict.UNMET,
            f"{listed(one.name for one in batch)} takes many messages",
            map(subject.place, batch),
        )
    return Verdict.UNKNOWN, "No handler is given to the transport layer, or it could not be followed", ()


def _handlers(subject: Subject) -> Iterator[tuple[Unit, int]]:
    """The functions given to the transport layer, each with how many arguments a partial has given it."""
    for use in subject.calls:
        if subject.is_replacement(subject.called(use)):
            _, _, positional, named = subject.facts.terms[use.term]
            for term in [term for name, term in named if "handler" in name] or list(positional):
                for value in subject.values(term):
                    if isinstance(value, Unit) and _is_function(subject, value):
                        yield value, _already_given(subject, term)


def _already_given(subject: Subject, term: int) -> int:
    written = subject.facts.terms[term]
    is_partial = written[0] == "call" and Symbol("functools.partial") in subject.values(written[1])
    return len(written[2]) - 1 + len(written[3]) if is_partial else 0


def _is_function(subject: Subject, unit: Unit) -> bool:
    return subject.link.tree.facts[unit.path].scopes[unit.scope].kind == "function"


def _parameters(subject: Subject, unit: Unit) -> list[Param]:
    """What a caller must give: without `self`, and without what has to be named."""
    facts = subject.link.tree.facts[unit.path]
    scope = facts.scopes[unit.scope]
    is_method = facts.scopes[scope.parent].kind == "class" and "staticmethod" not in scope.decorators
    return [one for one in scope.params[1 if is_method else 0 :] if one.star != "**"]


def _takes_one(parameters: list[Param]) -> bool:
    """Whether a call with one argument fits."""
    needed = sum(one.needed for one in parameters)
    return needed == 1 or (needed == 0 and any(not one.star for one in parameters))


def _takes_many(parameters: Iterable[Param]) -> bool:
    return any(one.star or one.name in _MANY_NAMES or _MANY.match(one.annotation) for one in parameters)


def _names(subject: Subject, units: Iterable[Unit]) -> str:
    return listed(subject.link.tree.facts[unit.path].scopes[unit.scope].name for unit in units)


def _places(subject: Subject, units: Iterable[Unit]) -> Iterator[Place]:
    for unit in units:
        scope = subject.link.tree.facts[unit.path].scopes[unit.scope]
        yield Place(unit.path, scope.line, scope.column)


RULE = ItemRule(
    "one-message",
    _judge,
    met=(
        """
from transport import create_consumer

class Worker:
    async def start(self):
        self.consumer = await create_consumer(message_handler=self.handle)

    async def handle(self, message: PipelineMessage) -> None:
        await self.store(message)
""",
        """
from functools import partial
from transport import create_consumer

async def handle(topic, message, *, again=False, context=None):
    return topic, message

async def start(cache):
    cache.getmany(["a", "b"])
    return await create_consumer(message_handler=partial(handle, "topic"))
""",
        """
from transport import create_consumer

async def handle(message: dict[str, list[int]]) -> None:
    return None

async def start():
    return await create_consumer(message_handler=handle)
""",
    ),
    unmet=(
        """
from transport import create_consumer

async def handle(topic, message):
    return topic, message

async def start():
    return await create_consumer(message_handler=handle)
""",
        """
from transport import create_consumer

class Worker:
    async def start(self):
        self.consumer = await create_consumer(message_handler=self.handle)

    async def handle(self, found: list[PipelineMessage]) -> None:
        await self.store(found)
""",
        """
async def run(consumer):
    for partition, messages in (await consumer.getmany()).items():
        print(partition, messages)
""",
        """
class Worker:
    async def _process_batch(self, messages):
        return messages
""",
    ),
    unknown=(
        """
async def handle(message):
    return message
""",
    ),
)
