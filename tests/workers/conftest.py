"""What the workers' tests share: the world outside, and workers as processes."""

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

from workers.local.world import serve

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0


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
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts `python -m MODULE…`; whatever still runs at the end of the test is killed."""
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
    """The ClaimX API and the file host, in this process."""
    async with serve() as world:
        yield world
