"""awaited: all work is awaited; no background tasks, and no tracking of tasks that nobody makes any more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migration_tracker.scanning.facts.values import Use
from migration_tracker.scanning.inventory import Place, Verdict
from migration_tracker.scanning.linking.values import Made, Symbol, Unit, Value
from migration_tracker.scanning.rules.subject import ItemRule, Subject, count, listed

_STARTS = frozenset({"create_task", "ensure_future", "run_in_executor", "run_coroutine_threadsafe", "Thread"})
_GATHERS = frozenset({"asyncio.gather", "asyncio.wait", "asyncio.as_completed"})
_GROUPS = frozenset({"asyncio.TaskGroup", "anyio.create_task_group", "asyncio.taskgroups.TaskGroup"})
_TASK = re.compile(r"\b(?:Task|Future)\b")


def _judge(subject: Subject) -> tuple[Verdict, str, Iterable[Place]]:
    begun = [use for use in subject.calls if _called(subject, use) in _STARTS]
    loose = [use for use in begun if not _is_awaited(subject, use)]
    dropped = list(_dropped(subject))
    if loose or dropped:
        said = []
        if loose:
            said.append(
                f"{count(len(loose), 'task')} begun and not awaited"
                f" ({listed(_called(subject, use) for use in loose)})"
            )
        if dropped:
            names = listed(_called(subject, use) for use in dropped)
            said.append(f"the result of {names} is dropped, not awaited")
        return Verdict.UNMET, ", and ".join(said), map(subject.place, [*loose, *dropped])
    tracked = dict(_tracked(subject))
    if tracked and not begun:
        return Verdict.UNMET, f"{listed(tracked)} tracks tasks that nothing begins", tracked.values()
    return Verdict.MET, "Everything that is begun is awaited" if begun else "No background task is begun", ()


def _called(subject: Subject, use: Use) -> str:
    """The last part of the name of what is called, under whatever name it was imported."""
    for value in subject.called(use):
        if isinstance(value, Symbol):
            return value.dotted.rpartition(".")[2]
    term = subject.facts.terms[use.term]
    called = subject.facts.terms[term[1]] if term[0] == "call" else ("other",)
    return called[2] if called[0] == "attribute" else use.written.rpartition(".")[2]


def _is_awaited(subject: Subject, use: Use) -> bool:
    """Awaited in place, kept under a name that the same function awaits, or in a group that waits for it."""
    if use.awaited:
        return True
    function = use.scope
    while subject.facts.scopes[function].kind == "comprehension":
        function = subject.facts.scopes[function].parent
    awaits = {
        name
        for scope in _with_comprehensions(subject, function)
        for name in subject.facts.scopes[scope].awaits
    }
    if awaits & set(use.kept):
        return True
    term = subject.facts.terms[use.term]
    called = subject.facts.terms[term[1]] if term[0] == "call" else ("other",)
    if called[0] != "attribute":
        return False
    return any(isinstance(value, Made) and value.dotted in _GROUPS for value in subject.values(called[1]))


def _with_comprehensions(subject: Subject, function: int) -> Iterator[int]:
    yield function
    for number, scope in enumerate(subject.facts.scopes):
        if scope.kind == "comprehension" and scope.parent == function:
            yield from _with_comprehensions(subject, number)


def _dropped(subject: Subject) -> Iterator[Use]:
    """Statements that call a coroutine function of the tree, or gather, and do nothing with what they get."""
    for use in subject.calls:
        if not use.dropped or use.awaited:
            continue
        if any(_is_future(subject, value) for value in subject.called(use)):
            yield use


def _is_future(subject: Subject, called: Value) -> bool:
    """Whether a call of it gives something that is to be awaited."""
    if isinstance(called, Symbol):
        return called.dotted in _GATHERS
    if not isinstance(called, Unit):
        return False
    scope = subject.link.tree.facts[called.path].scopes[called.scope]
    return scope.kind == "function" and scope.is_async


def _tracked(subject: Subject) -> Iterator[tuple[str, Place]]:
    """Attributes that hold tasks: by their type, or because they are gathered, waited for or cancelled."""
    for scope in subject.facts.scopes:
        for name, annotation in scope.annotated.items():
            if _TASK.search(annotation):
                place = subject.facts.words.get(name, [(scope.line, scope.column)])[0]
                yield name, Place(subject.path, *place)
    for use in subject.calls:
        receiver, _, method = use.written.rpartition(".")
        if method == "add_done_callback" or (method == "cancel" and "task" in receiver.lower()):
            yield receiver.removeprefix("self."), subject.place(use)


RULE = ItemRule(
    "awaited",
    _judge,
    met=(
        """
import asyncio

class Worker:
    async def handle(self, message):
        await asyncio.gather(*[asyncio.create_task(self.one(part)) for part in message])

    async def other(self, message):
        tasks = [asyncio.create_task(self.one(part)) for part in message]
        await asyncio.wait(tasks)

    async def grouped(self, message):
        async with asyncio.TaskGroup() as group:
            for part in message:
                group.create_task(self.one(part))

    async def collected(self, message):
        tasks = set()
        for part in message:
            task = asyncio.create_task(self.one(part))
            tasks.add(task)
        await asyncio.gather(task, *tasks)
""",
    ),
    unmet=(
        """
import asyncio

class Worker:
    async def start(self):
        self._consume_task = asyncio.create_task(self.run())

    async def stop(self):
        await self._consume_task
""",
        """
import asyncio

class Worker:
    def __init__(self):
        self._active_tasks: set[asyncio.Task] = set()
""",
        """
class Worker:
    async def store(self, message):
        return None

    async def handle(self, message):
        self.store(message)
""",
        """
import asyncio

async def handle(parts):
    asyncio.gather(*parts)
""",
        """
from asyncio import gather as together

async def handle(parts):
    together(*parts)
""",
        """
import asyncio

class Worker:
    async def start(self):
        asyncio.get_running_loop().create_task(self.run())
""",
        """
from asyncio import create_task as spawn

class Worker:
    async def start(self):
        spawn(self.run())
""",
    ),
)
