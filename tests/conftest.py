"""What tests share: people, repositories under git, and a real Kafka."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
import pytest_django
from django.contrib.auth.models import Group
from django.db import connection

from migration_tracker.accounts.models import User
from migration_tracker.inventory import services as inventory
from migration_tracker.inventory.tasks import run_scan
from tests.broker.azurite import Azurite, NoAzurite, azurite
from tests.broker.kafka.jars import NoKafka
from tests.broker.kafka.shared import shared_node
from tests.ports import free_port
from tests.stack.postgresql import new_database
from tests.stack.redis import own_database

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests" / "sample_repository"
KEPT = {"claimx/workers/event_ingester.py", "verisk/workers/enrichment_worker.py"}


def git(folder: Path, *arguments: str) -> str:
    """What a git command in `folder` prints, with no one's configuration but ours."""
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, message: str = "Change") -> str:
    """Commit everything in `folder`; the commit's hash."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before -m chooses, and after others have sorted
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    for item in items:
        uses = set(getattr(item, "fixturenames", ()))
        marker = item.get_closest_marker("django_db")
        if marker or uses & {"db", "transactional_db", "installation"}:
            item.add_marker(pytest.mark.stored)
        if not (marker and marker.kwargs.get("transaction")):
            continue
        if not marker.kwargs.get("serialized_rollback"):
            text = f"{item.nodeid}: it commits, so it needs serialized_rollback=True, or the next test fails"
            raise pytest.UsageError(text)
        if item.get_closest_marker("early"):
            text = f"{item.nodeid}: it commits, so it must not begin early: what comes next finds no roles"
            raise pytest.UsageError(text)
    yield
    for item in items:
        grouped = getattr(config.option, "loadgroup", False) and item.get_closest_marker("xdist_group")
        if grouped and "@" not in item.nodeid:
            raise pytest.UsageError(
                f"{item.nodeid}: pytest-xdist did not add its group, so groups are parted"
            )
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


def pytest_xdist_auto_num_workers() -> int:
    """How many tests run at once: most wait for brokers and processes for most of their time."""
    return min(3 * (os.cpu_count() or 1), 12)


@pytest.fixture(scope="session")
def installation() -> Callable[[Path], dict[str, str]]:
    """Makes the environment of a new tracker on the stack the tests run on: `installation(folder)`."""

    def make(folder: Path) -> dict[str, str]:
        environment = {"TRACKER_DATA_DIR": str(folder)}
        if (url := os.environ.get("DATABASE_URL", "")).startswith("postgres"):
            environment["DATABASE_URL"] = new_database(url)
        if (url := os.environ.get("CELERY_BROKER_URL", "")).startswith("redis"):
            environment["CELERY_BROKER_URL"] = own_database(url)
        return environment

    return make


@pytest.fixture(scope="session", autouse=True)
def _a_flush_passes_the_audit_trail(django_db_setup: None) -> None:
    """After tests that commit comes a flush, which the audit trail rightly refuses: let this one through."""
    append_only = import_module("migration_tracker.audit.migrations.0002_append_only")
    flush = connection.ops.execute_sql_flush

    def flush_everything(statements: list[str]) -> None:
        with connection.schema_editor() as editor:
            append_only.allow(None, editor)
        flush(statements)
        with connection.schema_editor() as editor:
            append_only.refuse(None, editor)

    connection.ops.execute_sql_flush = flush_everything


@pytest.fixture(scope="session", autouse=True)
def _nobody_keeps_the_database(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[None]:
    """A thread or a process of a test may still be connected, and PostgreSQL drops no database in use."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The sample repository under git, with only two of its workers, one migrated and one direct."""
    return small_sample(tmp_path / "sample")


def small_sample(folder: Path) -> Path:
    """Make `folder` that repository."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    pipeline = folder / "src" / "pipeline"
    shutil.rmtree(pipeline / "plugins")
    (pipeline / "claimx" / "consumers.py").unlink()
    for file in pipeline.glob("*/workers/[!_]*.py"):
        if file.relative_to(pipeline).as_posix() not in KEPT:
            file.unlink()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder, "As the plan found it")
    return folder


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Makes people: `person("ada", "engineer")`."""

    def make(name: str, role: str = "") -> User:
        user = User.objects.create_user(name, password=name)
        if role:
            user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def ada(person: Callable[..., User]) -> User:
    """An engineer."""
    return person("ada", "engineer")


@pytest.fixture
def scanned(sample: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Registers the sample and scans its HEAD, again at every call, the way a job does."""
    monkeypatch.setattr("migration_tracker.jobs.BEAT_SECONDS", 3600)  # the test's transaction locks SQLite

    def scan() -> None:
        migration = inventory.register(sample, by=None)
        run_scan(inventory.request_scan(migration, by=None).pk)

    return scan


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Gives a name its addresses: `names("a.example", ["8.8.8.8"], …)`, one list a time it is asked."""
    real = socket.getaddrinfo

    def give(name: str, *answers: list[str]) -> list[str]:
        asked: list[str] = []

        def resolve(host, *arguments, **options):
            if host != name:
                return real(host, *arguments, **options)
            asked.append(host)
            addresses = answers[min(len(asked), len(answers)) - 1]
            return [entry for one in addresses for entry in real(one, *arguments, **options)]

        monkeypatch.setattr("socket.getaddrinfo", resolve)
        return asked

    return give


@pytest.fixture
def unused_tcp_port() -> int:
    """In place of pytest-asyncio's, which an outgoing connection of another test may be given meanwhile."""
    return free_port()


def lacking(reason: str) -> None:
    """Skip what cannot run on this machine; where CI is set all of it must run, so there it fails."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(scope="session")
def real_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What a client's environment says: the Kafka of KAFKA_BOOTSTRAP_SERVERS, else one node for the run."""
    if servers := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield {"PIPELINE_TRANSPORT": "kafka", "KAFKA_BOOTSTRAP_SERVERS": servers}
        return
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    try:
        with shared_node(run / "kafka") as environment:
            yield environment
    except NoKafka as reason:
        lacking(str(reason))


@pytest.fixture(scope="session")
def blob_service() -> Iterator[Azurite]:
    """A blob service for checkpoints."""
    try:
        with azurite() as running:
            yield running
    except NoAzurite as reason:
        lacking(str(reason))
