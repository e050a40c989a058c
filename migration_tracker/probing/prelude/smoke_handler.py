"""A worker's handler, seen from inside: when it is called, and what it leaves running when it has returned.

The handler is what the worker hands to a function of its transport layer, or a function that its description
names; either is found when its module is imported. On demand the handler is held up for a moment, so that a
signal strikes amid a message, or raises before it does anything. Tasks, threads and processes count if the
repository's own code, not a library, starts them. What is seen is written to a file that the probe reads.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import os
import subprocess
import sys
import threading
from collections.abc import Coroutine, Generator
from contextvars import ContextVar
from types import FrameType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

_LIBRARY = os.path.dirname(os.__file__)  # noqa: PTH120  pathlib costs every start
_PACKAGES = ("site-packages", "dist-packages")


class Call:
    """One call of the handler, and what was started in it."""

    def __init__(self) -> None:
        self.over = False
        self.tasks: list[tuple[asyncio.Task[Any], str]] = []
        self.threads: list[tuple[threading.Thread, str]] = []
        self.processes: list[tuple[subprocess.Popen[Any], str]] = []


class _Held:
    """A coroutine that is held up where it first waits."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], seconds: float) -> None:
        self._coroutine, self._seconds = coroutine, seconds

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self._coroutine.__await__()
        try:
            waits_for = next(inner)
        except StopIteration as done:
            return done.value
        try:
            yield from asyncio.sleep(self._seconds).__await__()
            yield waits_for
        except BaseException as error:
            try:
                waits_for = inner.throw(error)
            except StopIteration as done:
                return done.value
            yield waits_for
        return (yield from inner)


class Observer:
    """What is asked of the watch over one process, and where it writes what it sees."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.record: str = asked["record"]
        self.folder: str = asked["folder"].rstrip(os.sep) + os.sep
        self.layer: tuple[str, ...] = tuple(asked["layer"])
        self.raises: bool = asked["raises"]
        self.hold: float = asked["hold"]
        self.call: ContextVar[Call | None] = ContextVar("call", default=None)
        self.own_tasks: WeakKeyDictionary[asyncio.Task[Any], str] = WeakKeyDictionary()

    def note(self, event: str, what: str = "", where: str = "") -> None:
        line = json.dumps({"event": event, "what": what, "where": where}) + "\n"
        file = os.open(self.record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)

    def own(self, frame: FrameType | None) -> str:
        """Where the repository's own code is at work in `frame`, below the standard library's; "" if that is
        a package's or the transport layer's."""
        while frame is not None:
            file, module = frame.f_code.co_filename, frame.f_globals.get("__name__", "")
            package = any(part in file for part in _PACKAGES)
            if not file.startswith((_LIBRARY, "<", os.path.dirname(__file__))) or package:  # noqa: PTH120
                layer = any(module == name or module.startswith(name + ".") for name in self.layer)
                outside = not os.path.abspath(file).startswith(self.folder)  # noqa: PTH100
                return "" if package or layer or outside else f"{file}:{frame.f_lineno}"
            frame = frame.f_back
        return ""

    # What is started

    def watch(self) -> None:
        """Look at all that is started from now on. To be called once."""
        self.watch_tasks()
        self.watch_the_end()
        self.watch_threads()
        self.watch_processes()

    def watch_tasks(self) -> None:
        loops: Any = asyncio.BaseEventLoop
        create = loops.create_task

        @functools.wraps(create)
        def create_task(loop: Any, coroutine: Any, **options: Any) -> Any:
            task = create(loop, coroutine, **options)
            if where := self.own(sys._getframe(1)):
                self.own_tasks[task] = where
                if (call := self.call.get()) is not None:
                    call.tasks.append((task, where))
                    if call.over:
                        self.note("left", f"task {coroutine.__qualname__}", where)
            return task

        loops.create_task = create_task

    def watch_the_end(self) -> None:
        runners: Any = asyncio.runners
        cancel = runners._cancel_all_tasks

        def cancel_all_tasks(loop: asyncio.AbstractEventLoop) -> None:
            for task in asyncio.all_tasks(loop):
                if (where := self.own_tasks.get(task)) and not task.cancelling():
                    self.note("unfinished", f"task {_name(task)}", where)
            cancel(loop)

        runners._cancel_all_tasks = cancel_all_tasks

    def watch_threads(self) -> None:
        threads: Any = threading.Thread
        start = threads.start

        @functools.wraps(start)
        def started(thread: threading.Thread) -> None:
            start(thread)
            caller = sys._getframe(1)
            pooled = os.path.join("concurrent", "futures") in caller.f_code.co_filename  # noqa: PTH118
            if (call := self.call.get()) is not None and not pooled and (where := self.own(caller)):
                call.threads.append((thread, where))

        threads.start = started

    def watch_processes(self) -> None:
        processes: Any = subprocess.Popen
        begin = processes.__init__

        @functools.wraps(begin)
        def begun(process: Any, *arguments: Any, **options: Any) -> None:
            begin(process, *arguments, **options)
            if (call := self.call.get()) is not None and (where := self.own(sys._getframe(1))):
                call.processes.append((process, where))

        processes.__init__ = begun

    # The handler

    def around(self, handler: Any) -> Any:
        """`handler`, watched."""
        self.note("known", getattr(handler, "__qualname__", repr(handler)))
        if not _is_asynchronous(handler):

            @functools.wraps(handler)
            def watched(*arguments: Any, **options: Any) -> Any:
                call, before = self.begin()
                try:
                    self.refuse()
                    return handler(*arguments, **options)
                finally:
                    self.call.reset(before)
                    self.look(call)

            return watched

        @functools.wraps(handler)
        async def awaited(*arguments: Any, **options: Any) -> Any:
            call, before = self.begin()
            try:
                self.refuse()
                work = handler(*arguments, **options)
                return await (_Held(work, self.hold) if self.hold else work)
            finally:
                self.call.reset(before)
                loop = asyncio.get_running_loop()
                loop.call_soon(loop.call_soon, self.look, call)  # what has just ended may tell so first

        return awaited

    def begin(self) -> tuple[Call, Any]:
        self.note("called")
        call = Call()
        return call, self.call.set(call)

    def refuse(self) -> None:
        if self.raises:
            self.note("raised")
            raise ConnectionError("the smoke run makes the handler raise, as if a partner were away")

    def look(self, call: Call) -> None:
        """Note what is still at work after a call."""
        call.over = True
        for task, where in call.tasks:
            if not task.done() and not task.cancelling():
                self.note("left", f"task {_name(task)}", where)
        for thread, where in call.threads:
            if thread.is_alive():
                self.note("left", f"thread {thread.name}", where)
        for process, where in call.processes:
            if _runs(process.pid):
                self.note("left", f"process {_command(process.args)}", where)
        self.note("returned")

    # Where it is found

    def wrap_function(self, module: ModuleType, name: str) -> None:
        """Watch the handler that is handed to a function of the transport layer."""
        function = getattr(module, name, None)
        if not callable(function):
            return

        @functools.wraps(function)
        def handed(*arguments: Any, **options: Any) -> Any:
            return function(
                *(self.around(each) if _is_asynchronous(each) else each for each in arguments),
                **{
                    key: self.around(each) if _is_asynchronous(each) else each
                    for key, each in options.items()
                },
            )

        setattr(module, name, handed)

    def wrap_handler(self, module: ModuleType, path: str) -> None:
        """Watch the function that the description names, such as `Worker.handle`."""
        owner: Any = module
        *parents, name = path.split(".")
        for parent in parents:
            owner = getattr(owner, parent, None)
        if callable(handler := getattr(owner, name, None)):
            setattr(owner, name, self.around(handler))


def _is_asynchronous(value: Any) -> bool:
    if isinstance(value, type):
        return False
    return inspect.iscoroutinefunction(value) or inspect.iscoroutinefunction(getattr(value, "__call__", None))  # noqa: B004


def _name(task: asyncio.Task[Any]) -> str:
    coroutine = task.get_coro()
    return getattr(coroutine, "__qualname__", task.get_name())


def _command(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else " ".join(map(str, arguments))


def _runs(pid: int) -> bool:
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False
