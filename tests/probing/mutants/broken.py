"""Workers each broken in one way. A docstring says how; `caught` names the stages that may catch it."""

import asyncio
import ctypes
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

from squares import Squares

KAFKA = ("127.0.0.1", 9092)  # whether or not one is there: connecting to it is the fault


class CommitsEarly(Squares):
    """Commits before its work is done."""

    caught = ("raises", "returns")

    async def take(self, messages):
        await self.consumer.commit()
        for message in messages:
            await self.handle(message)


class SwallowsTheException(Squares):
    """Catches what its handler raises, and goes on as if it had worked."""

    caught = ("processes",)

    async def work(self, number):
        try:
            raise ConnectionError("the partner is away")
        except ConnectionError:
            print("could not square it", flush=True)


class OrphanTask(Squares):
    """Works in a task that nobody awaits."""

    caught = ("leaves",)

    async def handle(self, message):
        self.task = asyncio.create_task(super().handle(message))


class IgnoresSigterm(Squares):
    """Does not end on SIGTERM."""

    caught = ("stops",)

    def hear_signals(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


class Exits0WhileFailing(Squares):
    """Ends with exit code 0 upon an error."""

    caught = ("processes",)

    async def work(self, number):
        os._exit(0)


class AcknowledgesAndDrops(Squares):
    """Commits, and does nothing."""

    caught = ("processes",)

    async def handle(self, message):
        pass


class OnlyTheFirst(Squares):
    """Handles one message, and no other."""

    caught = ("bears",)

    async def take(self, messages):
        await super().take(messages)
        await self.stopping.wait()


class BlocksTheLoop(Squares):
    """Blocks its event loop after its output."""

    caught = ("commits",)

    async def write(self, value):
        await super().write(value)
        time.sleep(60)  # noqa: ASYNC251


class LeaksAChild(Squares):
    """Leaves a process behind."""

    caught = ("stops",)

    async def prepare(self):
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])  # noqa: ASYNC220


class ReadsFromLatest(Squares):
    """Passes over what was there before its group."""

    caught = ("drains",)
    begins = "latest"


class AnotherGroup(Squares):
    """Reads with another group than it says."""

    caught = ("commits",)
    group = "squarers"


class AProductionGroup(Squares):
    """Joins the group that production reads with."""

    caught = ("commits",)
    group = "production"


class KeepsOutputsInMemory(Squares):
    """Writes its outputs a while after it has committed."""

    caught = ("leaves", "stops", "drains", "returns")

    async def write(self, value):
        asyncio.get_running_loop().call_later(1, lambda: asyncio.ensure_future(Squares.write(self, value)))


class DiesOfMalformed(Squares):
    """Dies of a message that is no JSON."""

    caught = ("bears",)

    async def refuse(self, message):
        raise SystemExit("what is this?")


class RetriesMalformedForever(Squares):
    """Never gets past a message that is no JSON."""

    caught = ("bears",)

    async def refuse(self, message):
        await self.stopping.wait()
        raise SystemExit(0)


class DiesOfARepeat(Squares):
    """Dies of a message that comes twice."""

    caught = ("bears",)

    async def work(self, number):
        self.done = getattr(self, "done", set())
        if number in self.done:
            raise SystemExit(f"{number} is there already")
        self.done.add(number)
        await super().work(number)


class NeverCommits(Squares):
    """Does not commit."""

    caught = ("commits",)

    async def take(self, messages):
        for message in messages:
            await self.handle(message)


class CommitsPastAFailure(Squares):
    """Fails at its first message, and commits past it."""

    caught = ("processes",)
    failed = False

    async def work(self, number):
        if not self.failed:
            self.failed = True
            print("could not square it, on to the next", flush=True)
            return
        await super().work(number)


class LeavesAThread(Squares):
    """Leaves a thread that keeps its process alive."""

    caught = ("stops",)

    async def prepare(self):
        threading.Thread(target=time.sleep, args=(60,)).start()


class SlowShutdown(Squares):
    """Takes its time to end."""

    caught = ("stops",)

    async def finish(self):
        await super().finish()
        await asyncio.sleep(60)


class ReadsAnotherTopic(Squares):
    """Reads another topic than it says."""

    caught = ("processes",)
    reads = "figures"


class WritesAnotherTopic(Squares):
    """Writes to another topic than it says."""

    caught = ("processes",)
    writes = "results"


class WritesAWrongValue(Squares):
    """Writes what is not asked for."""

    caught = ("processes",)

    async def write(self, value):
        await super().write(value | {"square": 0})


class CommitsWhatItDropsAtTheEnd(Squares):
    """Drops what it works on when it is told to stop, and commits it."""

    caught = ("drains",)
    at_most = 10

    async def take(self, messages):
        for message in messages:
            if self.stopping.is_set():
                break
            work = asyncio.ensure_future(self.handle(message))
            stop = asyncio.ensure_future(self.stopping.wait())
            await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
            work.cancel()
            stop.cancel()
        await self.consumer.commit()


class DiesInTheMiddle(Squares):
    """Is cut off by SIGTERM in the middle of its work, and calls that a failure."""

    caught = ("drains",)
    busy = False

    async def work(self, number):
        self.busy = True
        await super().work(number)
        self.busy = False

    def hear_signals(self):
        def end():
            if self.busy:
                os._exit(1)
            self.stopping.set()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)


class CannotStartAgain(Squares):
    """Does not start when its last life could not remove its lock."""

    caught = ("returns",)
    lock = Path(os.environ.get("SCRATCH", "."), "lock")

    async def prepare(self):
        self.lock.touch(exist_ok=False)

    async def finish(self):
        await super().finish()
        self.lock.unlink()


class NeverReady(Squares):
    """Never says that it is ready."""

    caught = ("ready",)

    def say_ready(self):
        print("nearly there", flush=True)


class FailsAtTheEnd(Squares):
    """Ends with exit code 1."""

    caught = ("stops",)

    async def finish(self):
        await super().finish()
        raise SystemExit(1)


class CannotBeImported(Squares):
    """Its first words are a traceback."""

    caught = ("boots",)

    def __init__(self):
        raise ModuleNotFoundError("No module named 'settings_of_another_machine'")


class CommitsDespiteARaise(Squares):
    """Logs what its handler raises, and commits all the same."""

    caught = ("raises",)

    async def take(self, messages):
        for message in messages:
            try:
                await self.handle(message)
            except ConnectionError as error:
                print(f"could not square it: {error}", flush=True)
        await self.consumer.commit()


class CommitsAtTheEndWhatFailed(Squares):
    """Goes on when its handler raises, and commits at its end where it has come to."""

    caught = ("raises",)

    async def take(self, messages):
        for message in messages:
            try:
                await self.handle(message)
                await self.consumer.commit()
            except ConnectionError as error:
                print(f"could not square it: {error}", flush=True)

    async def finish(self):
        await self.consumer.commit()
        await super().finish()


class HangsWhenItsHandlerRaised(Squares):
    """Cannot be stopped once its handler has raised."""

    caught = ("raises",)

    async def take(self, messages):
        try:
            await super().take(messages)
        except ConnectionError:
            await asyncio.Event().wait()


class WorksInAThreadOfItsOwn(Squares):
    """Starts a thread in its handler, and does not wait for it."""

    caught = ("leaves",)

    async def work(self, number):
        threading.Thread(target=time.sleep, args=(1,)).start()
        await super().work(number)


class WorksInAChildOfItsOwn(Squares):
    """Starts a process in its handler, and does not wait for it."""

    caught = ("leaves",)

    async def work(self, number):
        subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(1)"])  # noqa: ASYNC220
        await super().work(number)


class LeavesATaskAtItsEnd(Squares):
    """Ends while a task of its is at work, which is cut off."""

    caught = ("stops",)

    async def prepare(self):
        self.reports = asyncio.create_task(self.report())

    async def report(self):
        while True:
            await asyncio.sleep(60)
            print("still squaring", flush=True)


class FailsWhenStoppedEarly(Squares):
    """Fails when it is told to stop before it is ready."""

    caught = ("drains",)
    ready = False

    def say_ready(self):
        self.ready = True
        super().say_ready()

    def hear_signals(self):
        def end():
            if not self.ready:
                os._exit(1)
            self.stopping.set()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)


class DeafUntilReady(Squares):
    """Does not hear that it is told to stop before it is ready."""

    caught = ("drains",)

    def hear_signals(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def say_ready(self):
        super().hear_signals()
        super().say_ready()


class DialsKafkaAtItsFirstMessage(Squares):
    """Connects to a Kafka at its first message, as a worker half migrated."""

    caught = ("processes",)
    on = ("eventhub",)

    async def work(self, number):
        await asyncio.open_connection(*KAFKA)
        await super().work(number)


class DialsKafkaByLibc(Squares):
    """Connects to a Kafka past Python's sockets, as librdkafka does."""

    caught = ("ready",)
    on = ("eventhub",)

    async def prepare(self):
        libc = ctypes.CDLL(None)
        line = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
        address = struct.pack("!4s8x", socket.inet_aton(KAFKA[0]))
        libc.connect(line, struct.pack("=H", socket.AF_INET) + struct.pack("!H", KAFKA[1]) + address, 16)


class DialsKafkaFromAnIsolatedChild(Squares):
    """Has a child connect to a Kafka that takes up nothing from its environment."""

    caught = ("ready",)
    on = ("eventhub",)

    async def prepare(self):
        dial = f"import socket; socket.create_connection({KAFKA}, 5)"
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", "-c", dial, stderr=asyncio.subprocess.DEVNULL
        )
        await child.wait()


MUTANTS = (
    CommitsEarly,
    SwallowsTheException,
    OrphanTask,
    IgnoresSigterm,
    Exits0WhileFailing,
    AcknowledgesAndDrops,
    OnlyTheFirst,
    BlocksTheLoop,
    LeaksAChild,
    ReadsFromLatest,
    AnotherGroup,
    AProductionGroup,
    KeepsOutputsInMemory,
    DiesOfMalformed,
    RetriesMalformedForever,
    DiesOfARepeat,
    NeverCommits,
    CommitsPastAFailure,
    LeavesAThread,
    SlowShutdown,
    ReadsAnotherTopic,
    WritesAnotherTopic,
    WritesAWrongValue,
    CommitsWhatItDropsAtTheEnd,
    DiesInTheMiddle,
    CannotStartAgain,
    NeverReady,
    FailsAtTheEnd,
    CannotBeImported,
    CommitsDespiteARaise,
    CommitsAtTheEndWhatFailed,
    HangsWhenItsHandlerRaised,
    WorksInAThreadOfItsOwn,
    WorksInAChildOfItsOwn,
    LeavesATaskAtItsEnd,
    FailsWhenStoppedEarly,
    DeafUntilReady,
    DialsKafkaAtItsFirstMessage,
    DialsKafkaByLibc,
    DialsKafkaFromAnIsolatedChild,
)
