"""What the workers' tests share: the world outside, workers as processes, pipelines, Delta tables."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable, QueryBuilder

from transport import PipelineMessage, TransportConfig, browse, create_producer, lag
from transport.memory import MemoryBroker
from transport.settings.file import read, routes
from workers.local.world import serve
from workers.settings import CONFIGURATION

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 150.0


class Process:
    """A Python process under test, with its output in a file."""

    def __init__(
        self, module: list[str], environment: Mapping[str, str], output: Path, cwd: Path = ROOT
    ) -> None:
        self.output = output
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=cwd,
                env={**kept, **environment},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self) -> str:
        return self.output.read_text("utf-8")

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its log lines, as JSON."""
        return [json.loads(line) for line in self.log.splitlines()]

    def until_it_says(self, words: str) -> str:
        """The first line with `words`."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for line in self.log.splitlines():
                if words in line:
                    return line
            assert self._process.poll() is None, f"it ended with {self._process.returncode}:\n{self.log}"
            time.sleep(0.02)
        raise AssertionError(f"it never said {words!r}:\n{self.log}")

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def terminate(self) -> int:
        """Ask it to end; its exit code."""
        self._process.terminate()
        return self.exit_code()

    def exit_code(self) -> int:
        """Its exit code, once it has ended by itself."""
        return self._process.wait(PATIENCE)

    def close(self) -> None:
        """End it, in order if it can: the world outside has a folder to remove."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts `python -m MODULE…`; whatever still runs at the end of the test is ended."""
    with contextlib.ExitStack() as processes:
        count = 0

        def begin(*module: str, cwd: Path = ROOT, **environment: str) -> Process:
            nonlocal count
            count += 1
            process = Process(list(module), environment, tmp_path / f"process-{count}.log", cwd)
            processes.callback(process.close)
            return process

        yield begin


@pytest.fixture
async def world():
    """The world outside, in this process."""
    async with serve() as world:
        yield world


class Pipeline:
    """Sends messages to topics, and waits for those that come."""

    def __init__(self, config: TransportConfig) -> None:
        self.config = config
        self._producer = create_producer(config=config, domain="test", worker_name="sender")

    async def __aenter__(self) -> "Pipeline":
        await self._producer.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._producer.stop()

    async def send(self, topic: str, *values: Any, key: bytes = b"k") -> None:
        """JSON of each value, or the bytes that it is."""
        for value in values:
            await self._producer.send(topic, _raw(value), key=key)

    async def send_together(self, topic: str, *values: Any, key: bytes = b"k") -> None:
        """The same in one go: on Kafka they then come together as well."""
        await asyncio.gather(*(self._producer.send(topic, _raw(value), key=key) for value in values))

    async def first(self, topic: str, count: int = 1) -> list[PipelineMessage]:
        """The first messages of a topic."""
        found: list[PipelineMessage] = []
        until = time.monotonic() + PATIENCE
        async with contextlib.aclosing(browse(config=self.config, topic=topic, until=until)) as messages:
            async for message in messages:
                found.append(message)
                if len(found) == count:
                    return found
        raise AssertionError(f"{len(found)} of {count} messages came to {topic}")

    async def all_committed(self, topic: str, group: str) -> None:
        """Return once `group` has come to the end of a topic."""
        deadline = time.monotonic() + PATIENCE
        behind = -1
        while time.monotonic() < deadline:
            parts = await lag(config=self.config, topic=topic, group=group)
            behind = sum(one.behind for one in parts)
            if parts and behind == 0:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{group} is {behind} behind on {topic}")


def _raw(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@pytest.fixture
async def pipeline():
    """In memory, with the topics as configured."""
    async with Pipeline(MemoryBroker().config(routes(read(CONFIGURATION), CONFIGURATION))) as pipeline:
        yield pipeline


@pytest.fixture
async def pipeline_on():
    """Makes a pipeline on a stand-in broker."""
    async with contextlib.AsyncExitStack() as opened:
        yield lambda broker: opened.enter_async_context(
            Pipeline(TransportConfig.from_env(broker.environment))
        )


@pytest.fixture
def rows() -> Callable[[Path], list[dict[str, Any]]]:
    """Reads all rows of the Delta table in a folder; none if there is no table yet."""

    def rows(folder: Path) -> list[dict[str, Any]]:
        if not DeltaTable.is_deltatable(str(folder)):
            return []
        found = QueryBuilder().register("t", DeltaTable(folder)).execute("SELECT * FROM t").read_all()
        columns = {name: found.column(name).to_pylist() for name in found.column_names}
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

    return rows
