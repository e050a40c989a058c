"""One Redis on loopback, which appends every write to a file."""

import contextlib
import shutil

import redis

from tests.broker.guarded import Server
from tests.ports import free_port

DATABASES = 10_000


class NoRedis(Exception):
    """Redis cannot run here; the text says what is lacking."""


class Redis(Server):
    """One server with as many databases as a test run may ask for."""

    name = "Redis"
    failed = NoRedis
    start_seconds = 20.0
    stop_seconds = 10.0

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()

    @property
    def url(self) -> str:
        """CELERY_BROKER_URL of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        if not (program := shutil.which("redis-server") or shutil.which("valkey-server")):
            raise NoRedis("there is no redis-server: install Redis (Debian: redis-server)")
        command = [program, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        return [*command, "--databases", str(DATABASES), "--save", "", "--appendonly", "yes"]

    def ready(self, said: str) -> bool:
        with redis.Redis(port=self.port) as client, contextlib.suppress(redis.ConnectionError):
            return bool(client.ping())
        return False


def own_database(url: str) -> str:
    """CELERY_BROKER_URL of a database of the same server that nobody else was given.

    Arguments:
        url: of any of its databases; those that were given are counted in the first.
    """
    server = url.rpartition("/")[0]
    with redis.Redis.from_url(f"{server}/0") as client:
        return f"{server}/{int(client.incr('given'))}"
