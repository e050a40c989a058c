"""Repositories to look through: generated ones, the same every time, and a large installed package."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_BIN = ROOT / ".venv" / "bin"
LARGE = "homeassistant==2025.4.4"
_LARGE_PYTHON = "3.13"

DEFINITION = """\
name = "Generated"

[legacy]
symbols = ["aiokafka.AIOKafkaConsumer", "aiokafka.AIOKafkaProducer"]

[replacement]
symbols = ["transport.create_consumer"]
sanctioned = ["transport"]

[workers]
root = "workers"
include = ["workers/**/*_worker.py"]
"""
_LARGE_DEFINITION = """\
name = "A large package with one user"

[legacy]
symbols = ["aiokafka.AIOKafkaConsumer", "aiokafka.AIOKafkaProducer"]

[replacement]
symbols = ["homeassistant.helpers.transport.create_producer"]

[workers]
root = "homeassistant/components"
include = ["homeassistant/components/apache_kafka/*.py"]
"""
_TRANSPORT = """\
from aiokafka import AIOKafkaConsumer


async def create_consumer(**given):
    return AIOKafkaConsumer(**given)
"""
_READERS = """\
from aiokafka import AIOKafkaConsumer


def make_reader(*topics):
    return AIOKafkaConsumer(*topics)
"""
_STARTS = {
    "direct": ("from aiokafka import AIOKafkaConsumer", "AIOKafkaConsumer('topic')"),
    "helped": ("from shared.readers import make_reader", "make_reader('topic')"),
    "migrated": ("from transport import create_consumer", "await create_consumer(topics=['topic'])"),
}


def ours(folder: Path) -> Path:
    """A clone of this repository's HEAD."""
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)], check=True)
    return folder


def dense(folder: Path) -> Path:
    """Of this repository the workers and the transport layer alone: few files, nearly all of which matter."""
    ours(folder)
    kept = {"workers", "transport", "migration.toml", ".git"}
    for place in folder.iterdir():
        if place.name not in kept:
            subprocess.run(["git", "rm", "-r", "--quiet", "--", place.name], cwd=folder, check=True)
    subprocess.run(["git", *IDENTITY, "commit", "--quiet", "--message=dense"], cwd=folder, check=True)
    return folder


def large(folder: Path, store: Path) -> Path:
    """The large package, installed once into a store and put beside a definition."""
    installed = store / LARGE.replace("==", "-")
    if not installed.exists():
        uv = shutil.which("uv", path=f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}") or "uv"
        given = ("--quiet", "--no-deps", "--python-version", _LARGE_PYTHON, "--python", str(_BIN / "python"))
        subprocess.run([uv, "pip", "install", *given, "--target", str(installed), LARGE], check=True)
    shutil.copytree(installed / "homeassistant", folder / "homeassistant")
    (folder / "migration.toml").write_text(_LARGE_DEFINITION)
    return folder


def generated(folder: Path, *, files: int, workers: int) -> Path:
    """A repository of so many Python files and, among them, workers: direct, helped and migrated alike."""
    chance = random.Random(files)
    for path, text in _tree(files, workers, chance):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    for command in (
        ["init", "--quiet"],
        ["add", "--all"],
        [*IDENTITY, "commit", "--quiet", "--message=all"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")


def past(folder: Path, *, commits: int, files: int, workers: int) -> Path:
    """A repository with so many commits; each changes a few files, some migrate a worker, some are merges."""
    chance = random.Random(commits)
    tree = dict(_tree(files, workers, chance))
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=folder, check=True)
    feed = b"".join(_stream(tree, commits, chance))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=feed, check=True)
    subprocess.run(["git", "reset", "--quiet", "--hard", "main"], cwd=folder, check=True)
    return folder


def _stream(tree: dict[str, str], commits: int, chance: random.Random) -> Iterator[bytes]:
    """What `git fast-import` reads (https://git-scm.com/docs/git-fast-import)."""
    workers = [path for path in tree if path.endswith("_worker.py")]
    fillers = [path for path in tree if path.startswith("shared/part_")]
    left = list(workers)
    for number in range(1, commits + 1):
        if number == 1:
            changed = dict(tree)
        else:
            changed = {path: filler(chance) for path in chance.sample(fillers, min(3, len(fillers)))}
            if left and number % max(2, commits // len(workers)) == 0:
                path = left.pop()
                changed[path] = _worker("migrated", chance)
            elif number % 5 == 0:
                path = chance.choice(workers)
                changed[path] = tree[path] + f"\nREVISION = {number}\n"
            tree.update(changed)
        when = f"{1_700_000_000 + number * 3600} +0000"
        about = f"committer Ada <ada@example.org> {when}\ndata 4\nstep\n"
        yield f"commit refs/heads/main\nmark :{number}\n{about}".encode()
        if number > 1:
            yield f"from :{number - 1}\n".encode()
        if number > 10 and number % 10 == 0:
            yield f"merge :{number - 7}\n".encode()
        for path, text in changed.items():
            content = text.encode()
            yield f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"


def _tree(files: int, workers: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    yield "migration.toml", DEFINITION
    yield "transport/__init__.py", "from transport.factory import create_consumer\n"
    yield "transport/factory.py", _TRANSPORT
    yield "shared/__init__.py", ""
    yield "shared/readers.py", _READERS
    for number in range(workers):
        kind = list(_STARTS)[number % len(_STARTS)]
        yield f"workers/domain_{number % 20:02}/number_{number:04}_worker.py", _worker(kind, chance)
    for number in range(max(0, files - workers - 4)):
        yield f"shared/part_{number % 50:02}/module_{number:05}.py", filler(chance)


def _worker(kind: str, chance: random.Random) -> str:
    imported, made = _STARTS[kind]
    part = chance.randrange(50)
    return f'''"""A worker."""

import logging
import shared.part_{part:02}.module_{part:05}
{imported}

log = logging.getLogger(__name__)


class Worker:
    """One message a call, all work awaited, committed only afterwards."""

    async def start(self):
        self.consumer = {made}

    async def handle(self, message):
        log.info("message %s", message)
{filler(chance, indent="    ")}'''


def filler(chance: random.Random, indent: str = "") -> str:
    """Functions such as one finds anywhere, some 2 kB."""
    lines = []
    for _ in range(chance.randint(4, 10)):
        name = f"step_{chance.randrange(10**6)}"
        lines += [
            "",
            f"def {name}(self, values, limit={chance.randrange(100)}):",
            f'    """Takes what is above {chance.randrange(100)}, in order."""',
            "    found = {}",
            "    for position, value in enumerate(values):",
            "        if value > limit and position % 2:",
            f"            found[position] = (value * {chance.randrange(1, 50)}, str(value).strip())",
            "        else:",
            f"            found.setdefault('{name}', []).append(value)",
            "    return sorted(found, key=lambda one: (str(one), limit))",
        ]
    return "\n".join(f"{indent}{line}" if line else "" for line in lines) + "\n"
