"""Many people at once on the pages of a running tracker, as gunicorn serves it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from migration_tracker.accounts.models import User

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Crowd:
    """What became of a crowd's requests: seconds of each answer, sorted; what went wrong, a line each."""

    seconds: list[float]
    errors: list[str]
    took: float


@contextmanager
def gunicorn() -> Iterator[int]:
    """The tracker on a port of its own, with the threads that `make run` gives it; the port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.set_inheritable(True)
        port = door.getsockname()[1]
        process = subprocess.Popen(
            [
                *(
                    sys.executable,
                    "-m",
                    "gunicorn",
                    "migration_tracker.wsgi",
                    "--bind",
                    f"fd://{door.fileno()}",
                ),
                *("--worker-class", "gthread", "--workers", "1", "--threads", "8", "--log-level", "warning"),
            ],
            cwd=ROOT,
            env=os.environ,
            pass_fds=[door.fileno()],
        )
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def visit(port: int, users: Sequence[User], pages: Sequence[str], rounds: int) -> Crowd:
    """Every user, each on a connection of their own and all at once, asks for every page `rounds` times."""
    cookies = [_signed_in(user) for user in users]
    began = time.perf_counter()
    with ThreadPoolExecutor(len(cookies)) as pool:
        walks = pool.map(
            lambda number: _walk(
                port, cookies[number], [*pages[number % len(pages) :], *pages[: number % len(pages)]] * rounds
            ),
            range(len(cookies)),
        )
        told = [one for walk in walks for one in walk]
    took = time.perf_counter() - began
    seconds = sorted(one for one in told if isinstance(one, float))
    return Crowd(seconds, [one for one in told if isinstance(one, str)], took)


def _signed_in(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _walk(port: int, cookie: str, pages: Sequence[str]) -> list[float | str]:
    told: list[float | str] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    for page in pages:
        began = time.perf_counter()
        try:
            connection.request("GET", page, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            told.append(f"{page}: {error!r}")
            connection.close()
            continue
        told.append(time.perf_counter() - began if answer.status == 200 else f"{page}: {answer.status}")
    connection.close()
    return told


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            connection.request("GET", "/sign-in/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise RuntimeError("gunicorn did not start; what it said stands above")
