"""awaited: all work is awaited; no background tasks, and no tracking of tasks that nobody makes any more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migration_tracker.scanning.inventory import Place, Verdict
from migration_tracker.scanning.rules.subject import ItemRule, Subject, count, listed

_TASK = re.compile(r"\b(?:Task|Future)\b")


def _judge(subject: Subject) -> tuple[Verdict, str, Iterable[Place]]:
    loose = subject.link.loose(subject.path)
    if loose:
        here = [name for _, name, way in loose if not way]
        afar = {name: way for _, name, way in loose if way}
        said = []
        if here:
            said.append(f"{count(len(here), 'piece')} of work begun and not awaited ({listed(here)})")
        said += [f"`{name}` begins work that is not awaited, in {way[-1]}" for name, way in afar.items()]
        return Verdict.UNMET, ", and ".join(said), (subject.place(use) for use, _, _ in loose)
    tracked = dict(_tracked(subject))
    if tracked and not subject.link.begins(subject.path):
        return Verdict.UNMET, f"{listed(tracked)} tracks tasks that nothing begins", tracked.values()
    if subject.link.begins(subject.path):
        return Verdict.MET, "Everything that is begun is awaited", ()
    return Verdict.MET, "No background task is begun", ()


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

    async def one_by_one(self, message):
        tasks = [asyncio.create_task(self.one(part)) for part in message]
        for task in tasks:
            await task

    async def as_they_come(self, message):
        tasks = {part: asyncio.create_task(self.one(part)) for part in message}
        for done in asyncio.as_completed(tasks.values()):
            await done

    async def through_a_helper(self, message):
        task = self._begin(message)
        await task

    def _begin(self, message):
        return asyncio.create_task(self.one(message))

    async def in_time(self, message):
        await asyncio.wait_for(asyncio.create_task(self.one(message)), 5)

    async def one(self, part):
        return part
""",
        """
import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

class Worker:
    async def handle(self, message):
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self.work, message)
        with ThreadPoolExecutor() as pool:
            pool.submit(self.work, message)
        thread = Thread(target=self.work)
        thread.start()
        thread.join()

    def work(self, message=None):
        return message

def main():
    asyncio.run(Worker().handle(b""))
""",
        """
class Worker:
    async def handle(self, message):
        stored = self.store(message)
        await self.together(stored)

    async def store(self, message):
        return message

    async def together(self, *work):
        for one in work:
            await one
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
import asyncio

class Worker:
    def _begin(self, message):
        return asyncio.create_task(self.store(message))

    async def handle(self, message):
        self._begin(message)

    async def store(self, message):
        return message
""",
        """
class Worker:
    async def handle(self, message):
        stored = self.store(message)

    async def store(self, message):
        return message
""",
        """
import threading

class Worker:
    async def handle(self, message):
        threading.Thread(target=print, args=(message,)).start()
""",
        """
import asyncio

class Worker:
    async def handle(self, message):
        asyncio.get_running_loop().run_in_executor(None, print, message)
""",
        """
class Worker:
    def __init__(self, pool):
        self.pool = pool

    async def handle(self, message):
        self.pool.submit(print, message)
""",
        """
import asyncio

class Worker:
    async def handle(self, message):
        asyncio.get_running_loop().call_later(5, print, message)
""",
        """
from asyncio import create_task as spawn

class Worker:
    async def start(self):
        spawn(self.run())
""",
    ),
)
