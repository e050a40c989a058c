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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from migration_tracker.supervisor.program import QUEUES
from tests.conftest import ROOT, commit, lacking
from tests.deployment import composed
from tests.ports import free_port
from tests.stack.postgresql import NoPostgreSQL, PostgreSQL, new_database
from tests.stack.redis import NoRedis, Redis, own_database
from transport import local

pytestmark = [pytest.mark.broker, pytest.mark.early, pytest.mark.timeout(300)]

DOCKERFILE = (ROOT / "Dockerfile").read_text()
WEB = json.loads(DOCKERFILE.rpartition("\nCMD ")[2])
BOARD = "/m/claims-pipeline-to-event-hubs/"


@dataclass
class Topology:
    """The tracker's services, by name and host, with one configuration."""

    folder: Path
    places: dict[str, str]
    running: dict[tuple[str, str], "subprocess.Popen[bytes]"]

    def environment(self, service: str, host: str) -> dict[str, str]:
        own = {"TRACKER_DATA_DIR": str(self.folder / host), "PORT": "0"}
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_"))
        }
        path = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        return kept | own | path | composed.environment(service, self.places)

    def start(self, service: str, command: list[str], host: str = "one") -> None:
        with (self.folder / f"{service}-{host}.log").open("ab") as log:
            self.running[service, host] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment(service, host),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, service: str, command: list[str], host: str = "one") -> str:
        environment = self.environment(service, host)
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def said(self) -> str:
        return "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in self.folder.glob("*.log"))

    def until(self, condition: Callable[[], object], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def end(self, host: str = "") -> None:
        """Kill what runs on a host, or on all."""
        for service, where in [*self.running]:
            if host in ("", where):
                process = self.running.pop((service, where))
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


@pytest.fixture
def installed(topology: Topology, sample: Path) -> tuple[str, str]:
    """The sample repository registered; the name and the password of the first person."""
    said = topology.run("prepare", composed.command("prepare"))
    found = re.search(r"Sign in as (\S+) with the password (\S+)", said)
    assert found, said
    topology.run("prepare", [sys.executable, "manage.py", "register", str(sample)])
    return found[1], found[2]


def start_host(topology: Topology, host: str, port: int, jobs: Sequence[str]) -> Reader:
    """The web and the job processes of one host, with a data folder of its own."""
    topology.run("prepare", [sys.executable, "manage.py", "collectstatic", "--noinput"], host)  # as the image
    web = [part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in WEB]
    topology.start("web", web, host)
    for service in jobs:
        topology.start(service, [part.replace("@%h", f"@{host}") for part in composed.command(service)], host)
    reader = Reader(f"http://127.0.0.1:{port}")
    topology.until(lambda: reader.get("/healthz")[0] == 200)
    topology.until(lambda: reader.get("/sign-in/")[0] == 200)
    return reader


def test_what_a_scan_needs_scans_on_one_host(topology: Topology, installed: tuple[str, str]):
    reader = start_host(topology, "one", free_port(), ["scans"])
    name, password = installed
    assert reader.post("/sign-in/", username=name, password=password) == 200
    topology.until(lambda: "/w/claimx/workers/event_ingester" in reader.get(BOARD)[1])
    assert all(process.poll() is None for process in topology.running.values()), topology.said()


@pytest.mark.long  # its short form is the test above
def test_two_hosts_are_one_tracker_and_either_goes_on_without_the_other(
    topology: Topology, installed: tuple[str, str], sample: Path
):
    """Everything that the file has, twice but for beat, each host with a data folder of its own."""
    one, two = (start_host(topology, host, free_port(), tuple(QUEUES)) for host in ("one", "two"))
    topology.start("beat", composed.command("beat"), "one")
    name, password = installed
    assert one.post("/sign-in/", username=name, password=password) == 200
    two.opener, two.jar = one.opener, one.jar  # a session of one is a session of both: the key is the same
    for reader in (one, two):
        topology.until(lambda: "/w/claimx/workers/event_ingester" in reader.get(BOARD)[1])  # noqa: B023
    assert all(process.poll() is None for process in topology.running.values()), topology.said()

    topology.end("one")
    known = sample / "src" / "pipeline" / "claimx" / "workers"
    shutil.copy(known / "event_ingester.py", known / "second_worker.py")
    commit(sample, "One more worker")
    assert two.post(f"{BOARD}scan") == 200
    topology.until(lambda: "/w/claimx/workers/second_worker" in two.get(BOARD)[1])


def test_a_worker_becomes_ready_on_kafka(topology: Topology, real_kafka: dict[str, str]):
    port = free_port()
    topology.places |= {
        "kafka:29092": real_kafka["KAFKA_BOOTSTRAP_SERVERS"],
        "127.0.0.1:8081": f"127.0.0.1:{port}",
    }
    command = composed.command("claimx-delta-events-worker")
    topology.start("claimx-delta-events-worker", [sys.executable, *command[1:]])
    health = Reader(f"http://127.0.0.1:{port}")
    topology.until(lambda: health.get("/readyz")[0] == 200)
    assert shutil.which(command[0])


@pytest.mark.skipif(bool(local.missing("eventhub")), reason="the Event Hubs stand-in cannot run here")
def test_a_worker_becomes_ready_on_the_event_hubs_stand_in(topology: Topology):
    service, port = "claimx-delta-events-worker-on-eventhub", free_port()
    address = composed.services()[service]["environment"]["WORKER_HEALTH_ADDRESS"]
    topology.places |= {address: f"127.0.0.1:{port}", "/pipeline": topology.places["/data"]}
    told = Path(topology.places["/data"], "eventhub.env")

    def moved(name: str) -> list[str]:
        return [part.replace("/data", topology.places["/data"]) for part in composed.command(name)]

    topology.start("eventhub", moved("eventhub"))
    topology.until(lambda: told.exists() and "EVENTHUB_NAMESPACE_CONNECTION_STRING" in told.read_text())
    topology.start(service, moved(service))
    health = Reader(f"http://127.0.0.1:{port}")
    topology.until(lambda: health.get("/readyz")[0] == 200)
