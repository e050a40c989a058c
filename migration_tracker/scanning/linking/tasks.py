"""Work that is begun and not awaited by the function that begins it: tasks, futures, threads, coroutines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_tracker.scanning.facts.values import Facts, Use
from migration_tracker.scanning.linking.evaluate import Evaluator
from migration_tracker.scanning.linking.values import Made, Symbol, Unit, Value, Values

WORDS = (
    *(b"create_task", b"ensure_future", b"run_in_executor", b"run_coroutine_threadsafe", b"start_soon"),
    *(b"Thread(", b"Process(", b"Timer(", b".submit(", b"call_later", b"call_soon", b"gather("),
)
"""What a file holds, in one form or another, that begins work by itself."""

_BEGIN = frozenset(
    {
        "Process",
        "Thread",
        "Timer",
        "call_at",
        "call_later",
        "call_soon",
        "call_soon_threadsafe",
        "create_task",
        "ensure_future",
        "run_coroutine_threadsafe",
        "run_in_executor",
        "start_soon",
    }
)
_SUBMIT = "submit"
_GATHER = frozenset({"asyncio.gather", "asyncio.wait", "asyncio.as_completed"})
_GROUPS = frozenset(
    {
        "anyio.create_task_group",
        "asyncio.TaskGroup",
        "asyncio.taskgroups.TaskGroup",
        "trio.open_nursery",
        "concurrent.futures.ThreadPoolExecutor",
        "concurrent.futures.ProcessPoolExecutor",
    }
)


class Tasks:
    """Finds work that is not awaited.

    Args:
        evaluator: knows the tree.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._tree = evaluator.tree
        self._givers: dict[str, tuple[Facts, set[int]]] = {}

    def begun(self, path: str, uses: Iterable[tuple[Use, Values]]) -> Iterator[tuple[Use, str]]:
        """Calls of a file that begin work, each with the name of what begins it."""
        facts = self._tree.facts[path]
        values = {id(use): found for use, found in uses}
        for use in facts.uses:
            if use.kind == "call":
                name = called(facts, use, values.get(id(use), {}))
                if name in _BEGIN or (name == _SUBMIT and "." in use.written):
                    yield use, name

    def loose(self, path: str, uses: Iterable[tuple[Use, Values]]) -> Iterator[tuple[Use, str]]:
        """Calls of a file that begin work nobody awaits, each with the name of what begins it."""
        uses = list(uses)
        facts = self._tree.facts[path]
        for use, name in self.begun(path, uses):
            if use.kept != ("return",) and not self._is_awaited(path, facts, use):
                yield use, name
        for use, values in uses:
            if use.kind != "call" or use.awaited:
                continue
            is_lost = use.dropped or _is_forgotten(facts, use)
            is_coroutine = is_lost and any(self._is_coroutine(value) for value in values)
            if is_coroutine or self._is_a_task_that_is_not_awaited(path, facts, use, values):
                yield use, called(facts, use, values)

    def _is_a_task_that_is_not_awaited(self, path: str, facts: Facts, use: Use, values: Values) -> bool:
        """Whether a function is called that gives back a task, and nobody awaits that."""
        if use.kept == ("return",) or not any(self._gives_a_task(value) for value in values):
            return False
        return not self._is_awaited(path, facts, use)

    def _is_awaited(self, path: str, facts: Facts, use: Use) -> bool:
        """Awaited in place, kept under a name that the function awaits, or in a group that waits for it."""
        if use.awaited:
            return True
        function = use.scope
        while facts.scopes[function].kind == "comprehension":
            function = facts.scopes[function].parent
        awaits = {
            name for scope in _with_comprehensions(facts, function) for name in facts.scopes[scope].awaits
        }
        if awaits & set(use.kept):
            return True
        term = facts.terms[use.term]
        function_term = facts.terms[term[1]] if term[0] == "call" else ("other",)
        if function_term[0] != "attribute":
            return False
        receivers = self._evaluator.values(path, function_term[1])
        return any(isinstance(value, Made) and value.dotted in _GROUPS for value in receivers)

    def _is_coroutine(self, value: Value) -> bool:
        """Whether a call of it gives something that is to be awaited."""
        if isinstance(value, Symbol):
            return value.dotted in _GATHER
        if not isinstance(value, Unit):
            return False
        scope = self._tree.facts[value.path].scopes[value.scope]
        return scope.kind == "function" and scope.is_async

    def _gives_a_task(self, value: Value) -> bool:
        """Whether it is a function that gives back a task which it has begun."""
        if not isinstance(value, Unit):
            return False
        facts = self._tree.facts[value.path]
        known = self._givers.get(value.path)
        if known is None or known[0] is not facts:
            known = self._givers[value.path] = (facts, _givers(facts))
        return value.scope in known[1]


def called(facts: Facts, use: Use, values: Values) -> str:
    """The last part of the name of what is called, under whatever name it was imported."""
    for value in values:
        if isinstance(value, Symbol) and "." in value.dotted:
            return value.dotted.rpartition(".")[2]
    term = facts.terms[use.term]
    function = facts.terms[term[1]] if term[0] == "call" else ("other",)
    return str(function[2]) if function[0] == "attribute" else use.written.rpartition(".")[2]


def _givers(facts: Facts) -> set[int]:
    """The functions of a file that return what begins work, as `return create_task(…)`."""
    return {
        use.scope
        for use in facts.uses
        if use.kind == "call"
        and use.kept == ("return",)
        and not use.awaited
        and use.written.rpartition(".")[2] in _BEGIN
    }


def _is_forgotten(facts: Facts, use: Use) -> bool:
    """Whether what a call gives gets a local name that nothing reads."""
    names = [name for name in use.kept if name != "return"]
    if not names or any("." in name for name in use.kept) or "return" in use.kept:
        return False
    if facts.scopes[use.scope].kind != "function":
        return False
    return not any(one.kind != "import" and one.written.partition(".")[0] in names for one in facts.uses)


def _with_comprehensions(facts: Facts, function: int) -> Iterator[int]:
    yield function
    for number, scope in enumerate(facts.scopes):
        if scope.kind == "comprehension" and scope.parent == function:
            yield from _with_comprehensions(facts, number)
