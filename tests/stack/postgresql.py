"""One PostgreSQL cluster on loopback.

Nothing is flushed to disk, so it survives the end of its processes, not that of the machine.
"""

import os
import pwd
import shutil
import signal
import subprocess
import uuid
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql

from tests.broker.guarded import Server
from tests.ports import free_port

OWNER = "tracker"
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


class PostgreSQL(Server):
    """One cluster with one owner, who needs no password on loopback.

    Arguments:
        settings: of the server, as `name=value`, after ours.
    """

    name = "PostgreSQL"
    failed = NoPostgreSQL
    start_seconds = 60.0
    stop_seconds = 20.0
    stopping = signal.SIGINT  # a fast shutdown: who is connected is cut off
    killing = signal.SIGQUIT  # an immediate one, its processes included

    def __init__(self, settings: Sequence[str] = ()) -> None:
        super().__init__()
        self._settings = (*SETTINGS, *settings)
        self._data = self.folder / "data"
        self.port = free_port()

    def url(self, database: str = "postgres") -> str:
        """DATABASE_URL of one of its databases."""
        return f"postgres://{OWNER}@127.0.0.1:{self.port}/{database}"

    def command(self) -> list[str]:
        command = [_program("postgres"), "-D", str(self._data), "-p", str(self.port), "-h", "127.0.0.1"]
        settings = [part for setting in self._settings for part in ("-c", setting)]
        return [*self._as_owner, *command, *settings]

    def ready(self, said: str) -> bool:
        asking = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asking, check=False).returncode == 0

    def prepare(self) -> None:
        if owner := self._owner:
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        command = [*self._as_owner, _program("initdb"), "-D", str(self._data), "-U", OWNER]
        command += ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
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
