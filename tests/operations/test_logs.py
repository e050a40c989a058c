"""What is logged: by request, person, job and row; as lines or JSON; and never a secret."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
import structlog
from django.test import Client

from migration_tracker import logs
from migration_tracker.inventory import services as inventory
from migration_tracker.inventory.models import Scan
from tests.operations.conftest import Collector, until

Lines = Callable[[], list[dict]]


@pytest.fixture
def written() -> Iterator[Callable[[str], StringIO]]:
    """Logs in the given form, beside what the tests' own settings log."""
    root, handlers, level = logging.getLogger(), [], logging.getLogger().level

    def start(form: str) -> StringIO:
        chosen = dict(logs.configuration("INFO", form)["formatters"]["chosen"])
        output = StringIO()
        handler = logging.StreamHandler(output)
        handler.setFormatter(chosen.pop("()")(**chosen))
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        handlers.append(handler)
        return output

    yield start
    root.setLevel(level)
    for handler in handlers:
        root.removeHandler(handler)


@pytest.fixture
def lines(written) -> Lines:
    output = written("json")
    return lambda: [json.loads(line) for line in output.getvalue().splitlines()]


@pytest.mark.django_db
def test_a_request_is_logged_with_its_number_and_who_made_it(lines: Lines, client: Client, ada):
    client.force_login(ada)
    client.get("/m/none/?from=here")
    started, finished = [line for line in lines() if line["message"].startswith("request_")]
    assert started["request"] == "GET /m/none/?from=here"
    assert finished["code"] == 404
    assert started["request_id"] == finished["request_id"]
    assert started["user_id"] == finished["user_id"] == ada.pk
    assert "ip" not in started


@pytest.mark.django_db
@pytest.mark.parametrize("form", logs.FORMS)
def test_a_refused_request_is_logged_without_a_stack_trace(written, client: Client, person, form: str):
    output = written(form)
    client.force_login(person("eve", "viewer"))
    assert client.get("/people/").status_code == 403
    assert "Forbidden" in output.getvalue()
    assert "Traceback" not in output.getvalue()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_job_is_logged_with_its_row_and_the_request_that_asked_for_it_and_is_traced(
    lines: Lines, client: Client, ada, sample, job_process, collector: Collector
):
    migration = inventory.register(sample, by=None)
    client.force_login(ada)
    log = job_process(
        LOG_FORMAT="json",
        LOG_LEVEL="INFO",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.server.server_port}",
        OTEL_BSP_SCHEDULE_DELAY="100",
    )

    def told(message: str) -> list[dict]:
        found = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
        return [one for one in found if one["message"] == message and one.get("task") == "inventory.scan"]

    def asked_for() -> list[dict]:
        """Without the scan that the registration asks for by itself."""
        return [one for one in told("task_succeeded") if "request_id" in one]

    assert client.post(f"/m/{migration.key}/scan").status_code == 302
    until(asked_for, log.read_text)
    (done,) = asked_for()
    asked = next(line for line in lines() if line["message"] == "request_finished")
    assert done["request_id"] == asked["request_id"]
    assert done["user_id"] == ada.pk
    assert done["row"] == Scan.objects.get().pk
    until(lambda: [span for span in collector.spans if span.name == "run/inventory.scan"], log.read_text)
    assert collector.services == {"migration-tracker-worker"}


CANARIES = {
    "password": "canary-Passw0rd",
    "token": "mt_canarycanarycanarycanarycanary",
    "key": "Y2FuYXJ5LWtleS1vZi1hLW5hbWVzcGFjZQ==",
    "cookie": "canarycookie0123456789",
    "known": "canary-known-by-the-settings",
}


def _fail(text: str) -> None:
    raise RuntimeError(f"cannot connect to {text}")


def _say_all() -> None:
    log = logging.getLogger("some.library")
    log.warning("connecting to postgres://tracker:%s@db/tracker", CANARIES["password"])
    log.warning("Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=%s", CANARIES["key"])
    log.warning(
        "headers: %s",
        {"Authorization": f"Bearer {CANARIES['token']}", "Cookie": f"sessionid={CANARIES['cookie']}"},
    )
    log.warning("made %s for ada", CANARIES["token"])
    log.warning("-----BEGIN RSA PRIVATE KEY-----\n%s\n-----END RSA PRIVATE KEY-----", CANARIES["key"])
    log.warning("with extras", extra={"password": CANARIES["password"], "api_key": CANARIES["key"]})
    log.warning("GET /callback?token=%s&next=/", CANARIES["token"])
    log.warning("the settings say %s", CANARIES["known"])
    structlog.get_logger("ours").warning(
        "bound", secret=CANARIES["password"], nested={"token": CANARIES["token"]}
    )
    try:
        _fail(f"redis://:{CANARIES['password']}@cache:6379/0")
    except RuntimeError:
        log.exception("it failed")


@pytest.mark.parametrize("form", logs.FORMS)
def test_no_secret_is_logged(written, form):
    output = written(form)
    logs.hide([CANARIES["known"]])
    _say_all()
    text = output.getvalue()
    assert "it failed" in text
    assert "RuntimeError" in text
    assert {name for name, canary in CANARIES.items() if canary in text} == set()
    if form == "json":
        assert all(json.loads(line) for line in text.splitlines())


@pytest.mark.django_db
def test_signing_in_and_tokens_leave_no_secret_in_the_log(written, client: Client, person):
    output = written("json")
    person("sam", "viewer")
    client.post("/sign-in/", {"username": "sam", "password": "canary-Passw0rd"})
    client.post("/sign-in/", {"username": "sam", "password": "sam"})
    client.get("/api/v1/migrations", headers={"Authorization": f"Bearer {CANARIES['token']}"})
    text = output.getvalue()
    assert "request_finished" in text
    assert "canary" not in text
    assert client.cookies["sessionid"].value not in text


def test_an_ordinary_line_is_left_as_it_is(written):
    output = written("line")
    logging.getLogger("a.b").warning(
        "scan of %s took %d s: 7 tokens read, the passwords page is gone", "m", 3
    )
    assert "scan of m took 3 s: 7 tokens read, the passwords page is gone [a.b]" in output.getvalue()
