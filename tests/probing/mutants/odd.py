"""Correct workers that look odd: none of them may fail."""

import asyncio
import importlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from aiokafka import TopicPartition  # a pair, as good for event hubs
from squares import Squares


class SlowStart(Squares):
    """Takes two seconds before it connects."""

    async def prepare(self):
        await asyncio.sleep(2)


class Chatty(Squares):
    """Says a thousand lines a message."""

    async def work(self, number):
        for line in range(1000):
            print(f"Error-free line {line} about {number}", flush=True)
        await super().work(number)


class Batches(Squares):
    """Takes ten messages at once and commits them together."""

    at_most = 10


class CommitsByTheClock(Squares):
    """Commits every half second, and at its end."""

    def __init__(self):
        super().__init__()
        self.done = {}

    async def take(self, messages):
        for message in messages:
            await self.handle(message)
            self.done[TopicPartition(message.topic, message.partition)] = message.offset + 1
        asyncio.get_running_loop().call_later(0.5, lambda: asyncio.ensure_future(self.commit()))

    async def commit(self):
        if self.done and not self.stopping.is_set():
            await self.consumer.commit(self.done)

    async def finish(self):
        if self.done:
            await self.consumer.commit(self.done)
        await super().finish()


class ThreadsThatEnd(Squares):
    """Squares in threads that end."""

    async def work(self, number):
        thread = threading.Thread(target=time.sleep, args=(0.1,))
        thread.start()
        await asyncio.to_thread(thread.join)
        await super().work(number)


class AChildThatEnds(Squares):
    """Starts a process a message, and waits for it."""

    async def work(self, number):
        await asyncio.to_thread(subprocess.run, [sys.executable, "-S", "-c", "pass"], check=True)
        await super().work(number)


class JsonLogs(Squares):
    """Says everything in JSON, tracebacks that do not matter included."""

    def say_ready(self):
        print(json.dumps({"event": "Traceback (most recent call last):\n  x\nValueError: once"}), flush=True)
        print(json.dumps({"event": "worker is ready"}), flush=True)


class Stderr(Squares):
    """Writes to standard error only."""

    def say_ready(self):
        print("worker is ready", file=sys.stderr, flush=True)


class LateImport(Squares):
    """Imports what it needs at its first message."""

    async def work(self, number):
        importlib.import_module("decimal")
        await super().work(number)


class OnceOnly(Squares):
    """Keeps on disk what it has done, and writes nothing twice."""

    done = Path(os.environ.get("SCRATCH", "."), "done")

    async def work(self, number):
        if not self.done.exists():
            await super().work(number)
            self.done.touch()


class DeadLetters(Squares):
    """Writes what it cannot read to a topic of its own."""

    async def refuse(self, message):
        await self.producer.send_and_wait("numbers.dead", message.value)


class RetriesInPlace(Squares):
    """Tries again when its handler raises, until it is told to stop."""

    async def take(self, messages):
        for message in messages:
            while not self.stopping.is_set():
                try:
                    await self.handle(message)
                    await self.consumer.commit()
                    break
                except ConnectionError:
                    await asyncio.sleep(0.2)


class TasksThatAreAwaited(Squares):
    """Works in tasks that it awaits, beside one that it cancels."""

    async def work(self, number):
        warning = asyncio.create_task(asyncio.sleep(60))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(asyncio.sleep(0.1))
            tasks.create_task(super().work(number))
        warning.cancel()


ODD = (
    SlowStart,
    Chatty,
    Batches,
    CommitsByTheClock,
    ThreadsThatEnd,
    AChildThatEnds,
    JsonLogs,
    Stderr,
    LateImport,
    OnceOnly,
    DeadLetters,
    RetriesInPlace,
    TasksThatAreAwaited,
)
