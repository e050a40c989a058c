"""One Redis on loopback, which appends every write to a file in a folder of its own.

`with Redis() as server:` runs one until the block ends; `stop`, `kill` and `start` take it down and up again
under the same address with what it has stored. It ends with the process that started it, however that one
ends.
"""

import contextlib
import shutil
import signal
import tempfile
from pathlib import Path

import redis

from tests.broker.guarded import Guarded
from tests.ports import free_port

DATABASES = 10_000
START_SECONDS = 20.0
STOP_SECONDS = 10.0


class NoRedis(Exception):
    """Redis cannot run here; the text says what is lacking."""


class Redis:
    """One server with as many databases as a test run may ask for."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self._running: Guarded | None = None
        self.log = self._folder / "log"
        self.port = free_port()

    @property
    def url(self) -> str:
        """CELERY_BROKER_URL of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> "Redis":
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start, and wait until it answers.

        Errors: NoRedis with the end of its log.
        """
        assert self._running is None, "it runs already"
        if not (program := shutil.which("redis-server") or shutil.which("valkey-server")):
            raise NoRedis("there is no redis-server: install Redis (Debian: redis-server)")
        command = [program, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._folder)]
        command += ["--databases", str(DATABASES), "--save", "", "--appendonly", "yes"]
        self._running = running = Guarded(command, self.log)
        if not running.until(self._answers, START_SECONDS):
            raise NoRedis(f"Redis did not start:\n{running.said[-4000:]}")

    def stop(self) -> None:
        """Shut it down in good order; nothing if it does not run."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once; nothing if it does not run."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Down in good order, and up again."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        running, self._running = self._running, None
        if running:
            running.end(how, STOP_SECONDS)

    def _answers(self) -> bool:
        with redis.Redis(port=self.port) as client, contextlib.suppress(redis.ConnectionError):
            return bool(client.ping())
        return False


def own_database(url: str) -> str:
    """CELERY_BROKER_URL of a database of the same server that nobody else was given."""
    with redis.Redis.from_url(url) as client:
        number = int(client.incr("given"))
    return f"{url.rpartition('/')[0]}/{number}"
