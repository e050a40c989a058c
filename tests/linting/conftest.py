"""A small repository under git that migrates, and lint as it is typed in it."""

import json
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from migration_tracker import cli
from tests.conftest import commit, git

DEFINITION = """
name = "Transport layer"

[legacy]
symbols = ["aiokafka.AIOKafkaConsumer", "aiokafka.AIOKafkaProducer"]

[replacement]
symbols = ["transport.create_consumer", "transport.create_producer"]
sanctioned = ["transport"]

[workers]
root = "workers"
include = ["workers/*_worker.py"]
"""
TRANSPORT = """
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

async def create_consumer(**given):
    return AIOKafkaConsumer(**given)

def create_producer(**given):
    return AIOKafkaProducer(**given)
"""
DIRECT = """
from aiokafka import AIOKafkaConsumer

class Worker:
    async def start(self):
        self.consumer = AIOKafkaConsumer("topic", group_id="a")
        await self.consumer.start()
"""
MIGRATED = """
from transport import create_consumer

class Worker:
    async def start(self):
        self.consumer = await create_consumer(topics=["topic"])
"""
BASELINE = "migration-baseline.txt"

Write = Callable[[Mapping[str, str]], None]
Lint = Callable[..., "Ran"]


class Ran:
    """A run of lint: its exit code and what it said."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def checks(self) -> list[tuple[str, str]]:
        """The check and the path of each problem, of text output."""
        lines = [line.split(": ", 2) for line in self.out.splitlines()[:-1]]
        return [(check, place.partition(":")[0]) for place, check, *_ in lines if check != "allowed"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, and the folder that commands run in."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def write(folder: Path) -> Write:
    """Writes files, dedented."""

    def write_files(files: Mapping[str, str]) -> None:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")

    return write_files


@pytest.fixture
def lint(capsys: pytest.CaptureFixture[str]) -> Lint:
    """Runs `migration-tracker lint` with arguments."""

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        code = cli.main(["lint", *arguments])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture
def begun(write: Write, lint: Lint, folder: Path) -> None:
    """One direct worker, known in the baseline, one migrated, all committed."""
    write(
        {
            "migration.toml": DEFINITION,
            "transport/__init__.py": TRANSPORT,
            "workers/a_worker.py": DIRECT,
            "workers/b_worker.py": MIGRATED,
        }
    )
    assert lint("--update-baseline").code == cli.NOTHING_TO_REPORT
    commit(folder)
