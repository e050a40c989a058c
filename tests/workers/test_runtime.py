"""The runtime: ready, drained, failed."""

import asyncio
import os
import signal

import pytest
import structlog
from structlog.testing import capture_logs

from workers.errors import SettingError
from workers.runtime import FAILED, MISCONFIGURED, STOPPED, run


class Recorder:
    """A worker that notes what is asked of it, and asks for its own end once it is ready."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    @classmethod
    def from_env(cls, environ):
        return cls()

    async def start(self):
        self.calls.append("start")
        os.kill(os.getpid(), signal.SIGTERM)

    async def stop(self):
        self.calls.append("stop")


class One:
    """A worker type whose one instance the test holds."""

    def __init__(self, worker) -> None:
        self.worker = worker

    def from_env(self, environ):
        return self.worker


@pytest.fixture(autouse=True)
def _unconfigured_logs():
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


def test_sigterm_stops_a_worker_with_exit_code_0():
    worker = Recorder()
    with capture_logs() as logs:
        assert run(One(worker), {}) == STOPPED == 0
    assert worker.calls == ["start", "stop"]
    assert [line["event"] for line in logs] == ["worker is ready", "worker is stopping", "worker stopped"]


def test_a_worker_asked_to_stop_while_it_starts_is_not_called_ready():
    class Slow(Recorder):
        async def start(self):
            await super().start()
            await asyncio.Event().wait()

    worker = Slow()
    with capture_logs() as logs:
        assert run(One(worker), {}) == STOPPED
    assert worker.calls == ["start", "stop"]
    assert "worker is ready" not in [line["event"] for line in logs]


def test_a_start_that_fails_is_exit_code_1_with_its_exception_and_what_was_opened_is_closed():
    class Failing(Recorder):
        async def start(self):
            self.calls.append("start")
            raise ConnectionError("nobody there")

    worker = Failing()
    with capture_logs() as logs:
        assert run(One(worker), {}) == FAILED == 1
    assert worker.calls == ["start", "stop"]
    assert logs[-1]["event"] == "worker failed"
    assert logs[-1]["error_type"] == "builtins.ConnectionError"
    assert logs[-1]["exc_info"]


def test_a_missing_setting_is_exit_code_2_without_a_traceback():
    class Unset:
        def from_env(self, environ):
            raise SettingError("CACHE_DIR", "is not set")

    with capture_logs() as logs:
        assert run(Unset(), {}) == MISCONFIGURED == 2
    assert "exc_info" not in logs[-1]
    assert logs[-1]["error"] == "CACHE_DIR is not set"
