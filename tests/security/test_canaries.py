"""Secrets are planted in every setting that takes one; nothing that the tracker puts out may hold any."""

import base64
import json
import os
import subprocess
import sys
import urllib.parse
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import AuthResult

from tests.conftest import ROOT, commit, git
from tests.notifications.conftest import OnAFreePort, serving
from tests.outbound.conftest import Server

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

DEFINITION = """\
name = "Canaries"

[legacy]
symbols = ["aiokafka.AIOKafkaConsumer"]

[replacement]
symbols = ["transport.create_consumer"]
sanctioned = ["transport"]

[workers]
root = "."
include = ["*_worker.py"]

[smoke]
command = ["python", "{worker}.py"]

[smoke.workers.telling_worker]
topics_read = ["numbers"]
ready = { log = "worker is ready" }
"""
WORKER = """\
import json, os
from aiokafka import AIOKafkaConsumer
print(json.dumps(dict(os.environ)), flush=True)
raise RuntimeError("it told its environment")
"""


def spellings(secret: str) -> set[bytes]:
    """A secret as it may stand in something: plain, in an address, in hex, in base64 at any offset."""
    found = {secret.encode(), urllib.parse.quote(secret, safe="").encode(), secret.encode().hex().encode()}
    for before in range(3):
        encoded = base64.b64encode(b"x" * before + secret.encode())
        found.add(encoded[4 if before else 0 :].rstrip(b"=")[:-1])
    return found


def leaks(emitted: dict[str, bytes], secrets: dict[str, str]) -> list[str]:
    """Which secret stands where."""
    return [
        f"{name} in {where}"
        for name, secret in secrets.items()
        for where, content in emitted.items()
        if any(spelling in content for spelling in spellings(secret))
    ]


@dataclass
class MailServer:
    """Takes what is sent by whoever signs in."""

    port: int = 0
    shown: list[tuple[bytes, bytes]] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()

    class Keep(MessageHandler):
        def handle_message(self, message: object) -> None:
            server.taken.append(bytes(message))  # type: ignore[call-overload]

    def authenticate(_server: object, _session: object, _envelope: object, _way: str, data) -> AuthResult:
        server.shown.append((data.login, data.password))
        return AuthResult(success=True)

    controller = OnAFreePort(
        Keep(),
        hostname="127.0.0.1",
        port=0,
        authenticator=authenticate,
        auth_require_tls=False,
    )
    controller.start()
    server.port = controller.port
    yield server
    controller.stop()


@pytest.fixture
def hook() -> Iterator[Server]:
    server = Server()
    with serving(server):
        yield server


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "migration.toml").write_text(DEFINITION)
    (folder / "telling_worker.py").write_text(WORKER)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    return folder


def test_a_leak_is_found_however_it_is_spelled():
    secret = "canary/Passw0rd+1"
    authorization = b"Authorization: Basic " + base64.b64encode(f"user:{secret}".encode())
    emitted = {
        "plain": secret.encode(),
        "address": b"https://user:canary%2FPassw0rd%2B1@host",
        "hex": secret.encode().hex().encode(),
        "header": authorization,
        "nothing": b"canary, and a password",
    }
    assert leaks(emitted, {"it": secret}) == [f"it in {where}" for where in list(emitted)[:-1]]


def test_nothing_that_is_put_out_holds_a_secret(
    tmp_path: Path,
    installation: Callable[[Path], dict[str, str]],
    repository: Path,
    mail: MailServer,
    hook: Server,
):
    secrets = {
        name: f"canary-{name}-{os.urandom(12).hex()}"
        for name in (
            *(
                "secret-key",
                "metrics",
                "broker",
                "cache",
                "mail",
                "hook-path",
                "webhook",
                "token",
                "ssh-key",
                "password",
            ),
            *("kafka", "event-hubs", "claimx", "itel", "cloud", "collector", "database", "identity"),
        )
    }
    data = tmp_path / "data"
    given = data / "credentials" / "host"
    given.mkdir(parents=True)
    for file, name in (("token", "token"), ("key", "ssh-key"), ("webhook-secret", "webhook")):
        (given / file).write_text(secrets[name])
    for file, name in (("secret_key", "secret-key"), ("metrics_token", "metrics")):
        (tmp_path / file).write_text(secrets[name] + "\n")
    stack = installation(data)
    if "DATABASE_URL" in stack:  # it trusts whoever comes from this machine, also with a password
        stack["DATABASE_URL"] = stack["DATABASE_URL"].replace("@", f":{secrets['database']}@")
    else:
        del secrets["database"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_"))
    }
    environment |= stack | {
        "DJANGO_SETTINGS_MODULE": "migration_tracker.settings",
        "SECRET_KEY_FILE": str(tmp_path / "secret_key"),
        "METRICS_TOKEN_FILE": str(tmp_path / "metrics_token"),
        "CELERY_BROKER_URL": f"redis://:{secrets['broker']}@127.0.0.1:1/0",  # away, and complained of
        "CACHE_URL": f"rediscache://:{secrets['cache']}@127.0.0.1:1/1",
        "OIDC_ISSUER": "https://127.0.0.1:1",
        "OIDC_CLIENT_ID": "tracker",
        "OIDC_CLIENT_SECRET": secrets["identity"],
        "EMAIL_URL": f"smtp://tracker:{secrets['mail']}@127.0.0.1:{mail.port}",
        "OUTBOUND_ALLOWED_HOSTS": f"127.0.0.1:{hook.port}",
        "LOG_LEVEL": "DEBUG",
        "LOG_FORMAT": "json",
        "HOOK": f"http://127.0.0.1:{hook.port}/{secrets['hook-path']}",
        "PASSWORD": secrets["password"],
        "METRICS": secrets["metrics"],
        "WEBHOOK_SECRET": secrets["webhook"],
        # What workers and others have in their environment, and a tracker started in that shell has too.
        "KAFKA_SASL_PASSWORD": secrets["kafka"],
        "EVENTHUB_NAMESPACE_CONNECTION_STRING": (
            f"Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey={secrets['event-hubs']}"
        ),
        "CLAIMX_API_TOKEN": secrets["claimx"],
        "ITEL_API_TOKEN": secrets["itel"],
        "AWS_SECRET_ACCESS_KEY": secrets["cloud"],
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization={secrets['collector']}",
    }
    out = tmp_path / "out"
    out.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.emitting", str(out), str(repository), "host"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    asked: dict[str, int] = told["asked"]

    # Each was used, or nothing could have leaked.
    assert (asked["GET /metrics as known"], asked["GET /metrics as wrong"]) == (200, 403)
    assert (asked["POST /hooks as known"], asked["POST /hooks as wrong"]) == (202, 403)
    assert mail.shown, told["deliveries"]
    assert mail.shown[0] == (b"tracker", secrets["mail"].encode())
    assert len(mail.taken) >= 2, told["deliveries"]  # the test message, and the failed run to the leads
    assert len(hook.asked) >= 4
    assert {path for path, *_ in hook.asked} == {f"/{secrets['hook-path']}"}
    assert asked["GET /"] == 200
    assert sum(where.startswith("GET /m/") and status == 200 for where, status in asked.items()) > 5
    assert sum(where.startswith("GET /api/v1/") and status == 200 for where, status in asked.items()) > 8
    away = ("GET /readyz", "GET /sign-in/oidc/")  # neither broker nor identity provider answers
    assert not [where for where, status in asked.items() if status >= 500 and not where.startswith(away)]
    assert asked["GET /sign-in/oidc/ as nobody"] == 503
    emitted = {file.name: file.read_bytes() for file in out.iterdir()}
    assert any(b"it told its environment" in content for content in emitted.values())
    assert b"no broker took the message" in done.stderr
    assert b"the cache does not answer" in done.stderr

    emitted["log"] = done.stderr
    emitted |= {f"mail {number}": content for number, content in enumerate(mail.taken)}
    for number, (_, headers, body) in enumerate(hook.asked):
        emitted[f"webhook {number}"] = json.dumps(headers).encode() + body
    for file in (
        "evidence.zip",
        *(name for name, content in emitted.items() if b"\n\nPK\x03\x04" in content),
    ):
        if zipfile.is_zipfile(out / file):
            with zipfile.ZipFile(out / file) as bundle:
                emitted |= {f"{file}/{name}": bundle.read(name) for name in bundle.namelist()}
    secrets |= {"api-token": told["token"], "session": told["session"]}
    held = set(leaks(emitted, secrets))
    # Only the database itself holds where a webhook goes and the keys of sessions; pages show neither.
    held -= {"hook-path in backup", "session in backup"}
    own_cookie = {
        f"session in {name}" for name, content in emitted.items() if b"Set-Cookie: sessionid" in content
    }
    assert held - own_cookie == set()
