"""Repositories whose workers can be scanned and, the migrated ones, really run."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpora import IDENTITY, ROOT, filler

KINDS = (
    "migrated",
    "direct",
    "migrated",
    "direct",
    "helped",
)  # in turn, the last few by a helper of their own
FILES = 60
"""Python files of a repository besides its workers and a copy of our transport layer."""

_DEFINITION = """\
name = "Fleet {number:02}"

[legacy]
symbols = ["aiokafka.AIOKafkaConsumer", "aiokafka.AIOKafkaProducer"]

[replacement]
symbols = ["transport.create_consumer", "transport.create_producer"]
sanctioned = ["transport"]

[workers]
root = "workers"
include = ["workers/**/*_worker.py"]

[smoke]
command = ["python", "workers/{{worker}}.py"]
env = {{ PYTHONPATH = "." }}
"""
_DESCRIBED = """
[smoke.workers."{worker}"]
topics_read = ["numbers"]
topics_written = ["squares"]
group = "fleet-squares"
ready = {{ log = "worker is ready" }}
samples = [{{ name = "seven", topic = "numbers", value = {{ number = 7 }} }}]
expect = [{{ sample = "seven", topic = "squares", contains = {{ square = 49 }} }}]
"""
_MIGRATED = '''\
"""Squares numbers, by the transport layer."""

import asyncio
import json
import signal

from transport import TransportConfig, create_consumer, create_producer


async def main():
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    config = TransportConfig.from_env()
    producer = create_producer(config=config, domain="fleet", worker_name="squares")

    async def handle(message):
        number = json.loads(message.value)["number"]
        await producer.send("squares", json.dumps({"number": number, "square": number**2}).encode())

    consumer = await create_consumer(
        config=config, domain="fleet", worker_name="squares", topics=["numbers"], message_handler=handle
    )
    await producer.start()
    await consumer.start()
    print("worker is ready", flush=True)
    await stopped.wait()
    await consumer.stop()
    await producer.stop()
'''
_LEGACY = {
    "direct": ("from aiokafka import AIOKafkaConsumer", "AIOKafkaConsumer('numbers')"),
    "helped": ("from shared.readers import make_reader", "make_reader('numbers')"),
}
_READERS = """\
from aiokafka import AIOKafkaConsumer


def make_reader(*topics):
    return AIOKafkaConsumer(*topics)
"""
_START = '\n\nif __name__ == "__main__":\n    asyncio.run(main())\n'


@dataclass(slots=True)
class Repository:
    """One of them: `kinds` says of each worker, by its name, how it gets its clients.

    `runnable` are those that the definition describes: a smoke run of each passes.
    """

    folder: Path
    key: str
    kinds: dict[str, str]
    runnable: Sequence[str]
    head: str

    @property
    def statuses(self) -> Counter[str]:
        """How many workers a scan should find of each status."""
        return Counter("migrated" if kind == "migrated" else "direct" for kind in self.kinds.values())

    def push(self) -> None:
        """Commit the migration of one worker more."""
        name = next(name for name, kind in self.kinds.items() if kind == "direct")
        (self.folder / f"workers/{name}.py").write_text(_worker("migrated", random.Random(name)))
        self.kinds[name] = "migrated"
        _git(self.folder, *IDENTITY, "commit", "--quiet", "--all", f"--message=Migrate {name}")
        self.head = _git(self.folder, "rev-parse", "HEAD").strip()


def make(folder: Path, number: int, workers: int) -> Repository:
    """A repository of so many workers in a folder of its own, the same for the same number."""
    chance = random.Random(number)
    kinds = {f"domain_{one % 4}/number_{one:02}_worker": KINDS[one % len(KINDS)] for one in range(workers)}
    for path, text in _files(number, kinds, chance):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    shutil.copytree(ROOT / "transport", folder / "transport", ignore=shutil.ignore_patterns("__pycache__"))
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", "--all")
    _git(folder, *IDENTITY, "commit", "--quiet", "--message=Begin")
    runnable = [name for name, kind in kinds.items() if kind == "migrated"]
    head = _git(folder, "rev-parse", "HEAD").strip()
    return Repository(folder, f"fleet-{number:02}", kinds, runnable, head)


def _files(number: int, kinds: dict[str, str], chance: random.Random) -> Iterator[tuple[str, str]]:
    described = "".join(_DESCRIBED.format(worker=name) for name, kind in kinds.items() if kind == "migrated")
    yield "migration.toml", _DEFINITION.format(number=number) + described
    yield "shared/__init__.py", ""
    yield "shared/readers.py", _READERS
    for name, kind in kinds.items():
        yield f"workers/{name}.py", _worker(kind, chance)
    for one in range(FILES):
        yield f"shared/part_{one % 10}/module_{one:02}.py", filler(chance)


def _worker(kind: str, chance: random.Random) -> str:
    if kind == "migrated":
        return _MIGRATED + filler(chance) + _START
    imported, made = _LEGACY[kind]
    return (
        f"import asyncio\n{imported}\n\n\nasync def main():\n    consumer = {made}\n{filler(chance)}{_START}"
    )


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
