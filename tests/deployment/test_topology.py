"""What docker-compose.yml describes, as processes: its commands and environment, on real servers."""

import contextlib
import http.cookiejar
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, lacking
from tests.deployment import composed
from tests.stack.postgresql import NoPostgreSQL, PostgreSQL, new_database
from tests.stack.redis import NoRedis, Redis, own_database

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

DOCKERFILE = (ROOT / "Dockerfile").read_text()
WEB = json.loads(DOCKERFILE.rpartition("\nCMD ")[2])
BOARD = "/m/claims-pipeline-to-event-hubs/"


@dataclass
class Topology:
    """The tracker's services, each a process or two, on one data folder and with one configuration."""

    folder: Path
    places: dict[str, str]
    running: dict[str, "subprocess.Popen[bytes]"]

    def environment(self, service: str) -> dict[str, str]:
        own = {"TRACKER_DATA_DIR": str(self.folder / "data"), "PORT": "0"}
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_"))
        }
        return kept | own | composed.environment(service, self.places)

    def start(self, service: str, command: list[str], name: str = "") -> None:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        with (self.folder / f"{name or service}.log").open("ab") as log:
            self.running[name or service] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment(service) | {"PATH": path},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, service: str, command: list[str]) -> str:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment(service) | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def said(self) -> str:
        return "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in self.folder.glob("*.log"))

    def until(self, condition: Callable[[], object], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def end(self) -> None:
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def servers() -> Iterator[tuple[str, str]]:
    """A database and a queue: of the stack that the tests run on, or of servers started for this."""
    try:
        with contextlib.ExitStack() as stack:
            database, queue = os.environ.get("DATABASE_URL", ""), os.environ.get("CELERY_BROKER_URL", "")
            if not (database.startswith("postgres") and queue.startswith("redis")):
                database, queue = stack.enter_context(PostgreSQL()).url(), stack.enter_context(Redis()).url
            yield new_database(database), own_database(queue)
    except (NoPostgreSQL, NoRedis) as reason:
        lacking(str(reason))


@pytest.fixture
def topology(servers: tuple[str, str], tmp_path: Path) -> Iterator[Topology]:
    database, queue = servers
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "database_url").write_text(database)
    (secrets / "secret_key").write_text("a key of the test alone " * 3)
    places = {
        "/run/secrets": str(secrets),
        "redis://redis:6379/0": queue,
        "redis://redis:6379/1": own_database(queue),
        "/data": str(tmp_path / "pipeline"),
    }
    (tmp_path / "pipeline").mkdir()
    made = Topology(tmp_path, places, {})
    try:
        yield made
    finally:
        made.end()


class Reader:
    """Somebody with a browser: keeps cookies, sends forms."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> tuple[int, str]:
        try:
            with self.opener.open(self.address + path, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:  # not yet there, or too busy
            return 0, ""

    def post(self, path: str, **fields: str) -> int:
        token = next(cookie.value for cookie in self.jar if cookie.name == "csrftoken")
        data = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": token or ""}).encode()
        with self.opener.open(self.address + path, data, timeout=30) as answer:
            return answer.status


@pytest.mark.parametrize("hosts", [["one"], pytest.param(["one", "two"], marks=pytest.mark.long)])
def test_a_scan_asked_for_on_one_host_is_seen_on_each(
    topology: Topology, sample: Path, unused_tcp_port_factory: Callable[[], int], hosts: list[str]
):
    """On two hosts everything runs that the file has; on one, what a scan needs."""
    first = topology.run("prepare", composed.command("prepare"))
    password = re.search(r"Sign in as (\S+) with the password (\S+)", first)
    assert password, first
    topology.run("prepare", [sys.executable, "manage.py", "collectstatic", "--noinput"])  # as the image does
    topology.run("prepare", [sys.executable, "manage.py", "register", str(sample)])
    readers = []
    for host in hosts:
        port = unused_tcp_port_factory()
        topology.start(
            "web", [part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in WEB], f"web-{host}"
        )
        readers.append(Reader(f"http://127.0.0.1:{port}"))
        jobs = ("scans", "smoke", "notifications") if len(hosts) > 1 else ("scans",)
        for service in jobs:
            command = [part.replace("@%h", f"@{host}") for part in composed.command(service)]
            topology.start(service, command, f"{service}-{host}")
    if len(hosts) > 1:
        topology.start("beat", composed.command("beat"))
    topology.until(lambda: all(reader.get("/healthz")[0] == 200 for reader in readers))
    topology.until(lambda: readers[0].get("/sign-in/")[0] == 200)
    assert readers[0].post("/sign-in/", username=password[1], password=password[2]) == 200
    for (
        reader
    ) in readers:  # the same person: sessions are in the database, and the key is the same everywhere
        reader.opener = readers[0].opener
        topology.until(lambda: "/w/claimx/workers/event_ingester" in reader.get(BOARD)[1])  # noqa: B023
    assert all(process.poll() is None for process in topology.running.values()), topology.said()


def test_a_worker_becomes_ready_on_kafka(
    topology: Topology, real_kafka: dict[str, str], unused_tcp_port: int
):
    topology.places |= {
        "kafka:29092": real_kafka["KAFKA_BOOTSTRAP_SERVERS"],
        "127.0.0.1:8081": f"127.0.0.1:{unused_tcp_port}",
    }
    command = composed.command("claimx-delta-events-worker")
    topology.start("claimx-delta-events-worker", [sys.executable, *command[1:]])
    health = Reader(f"http://127.0.0.1:{unused_tcp_port}")
    topology.until(lambda: health.get("/readyz")[0] == 200)
    assert shutil.which(command[0])
