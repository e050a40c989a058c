"""One PostgreSQL cluster on loopback, in a folder of its own.

`with PostgreSQL() as cluster:` runs one until the block ends; `stop`, `kill` and `start` take it down and up
again under the same address with what it has stored. It ends with the process that started it, however that
one ends. Nothing is flushed to disk, so it survives the end of its processes, not that of the machine.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql

from tests.broker.guarded import Guarded
from tests.ports import free_port

OWNER = "tracker"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=64MB",
    "max_connections=200",
    "autovacuum_naptime=10s",
    "unix_socket_directories=",
)


class NoPostgreSQL(Exception):
    """PostgreSQL cannot run here; the text says what is lacking."""


class PostgreSQL:
    """One cluster with one owner, who needs no password on loopback.

    Arguments:
        settings: of the server, as `name=value`, after ours.
    """

    def __init__(self, settings: Sequence[str] = ()) -> None:
        self._settings = (*SETTINGS, *settings)
        self._folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        self._data = self._folder / "data"
        self._running: Guarded | None = None
        self.log = self._folder / "log"
        self.port = free_port()

    def url(self, database: str = "postgres") -> str:
        """DATABASE_URL of one of its databases."""
        return f"postgres://{OWNER}@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> "PostgreSQL":
        try:
            self._make()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start, and wait until it answers.

        Errors: NoPostgreSQL with the end of its log.
        """
        assert self._running is None, "it runs already"
        command = [_program("postgres"), "-D", str(self._data), "-p", str(self.port), "-h", "127.0.0.1"]
        for setting in self._settings:
            command += ["-c", setting]
        self._running = running = Guarded([*self._as_owner, *command], self.log)
        if not running.until(self._answers, START_SECONDS):
            raise NoPostgreSQL(f"PostgreSQL did not start:\n{running.said[-4000:]}")

    def stop(self) -> None:
        """Shut it down, cutting off who is connected (a fast shutdown); nothing if it does not run."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it at once, as a crash does (an immediate shutdown); nothing if it does not run."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Down, and up again."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        running, self._running = self._running, None
        if running:
            running.end(how, STOP_SECONDS)

    def _answers(self) -> bool:
        ready = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def _make(self) -> None:
        if owner := self._owner:
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        command = [*self._as_owner, _program("initdb"), "-D", str(self._data), "-U", OWNER]
        command += ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoPostgreSQL(f"no cluster could be made: {(done.stdout + done.stderr)[-2000:]}")

    @cached_property
    def _owner(self) -> pwd.struct_passwd | None:
        """Who runs it instead of root, whom it refuses."""
        if os.getuid() != 0:
            return None
        known = {user.pw_name: user for user in pwd.getpwall()}
        return known.get("postgres") or known["nobody"]

    @property
    def _as_owner(self) -> list[str]:
        if (owner := self._owner) is None:
            return []
        return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]


def new_database(url: str) -> str:
    """DATABASE_URL of a new, empty database in the cluster that `url` leads to."""
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{url.rpartition('/')[0]}/{name}"


def _program(name: str) -> str:
    """Where one of PostgreSQL's programs is: Debian keeps the server's out of the PATH.

    Errors: NoPostgreSQL.
    """
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[4]))
    if found := str(kept[-1]) if kept else shutil.which(name):
        return found
    raise NoPostgreSQL(f"there is no {name}: install PostgreSQL (Debian: postgresql)")
