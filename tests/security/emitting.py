"""Has a tracker put out whatever it puts out: `python -m tests.security.emitting FOLDER REPOSITORY ACCESS`.

As a process, for settings are read once. It reads HOOK, PASSWORD and WEBHOOK_SECRET besides the tracker's own
variables. Everything goes into files of the folder, its log to standard error; it prints as JSON what is only
known here.
"""

import hashlib
import hmac
import json
import os
import re
import sys
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from migration_tracker.accounts import services as accounts  # noqa: E402
from migration_tracker.accounts import tokens  # noqa: E402
from migration_tracker.accounts.models import Scope, User  # noqa: E402
from migration_tracker.inventory.models import HistoryReading, Migration, Scan, Worker  # noqa: E402
from migration_tracker.inventory.tasks import read_history, run_scan  # noqa: E402
from migration_tracker.notifications import services as notifications  # noqa: E402
from migration_tracker.notifications.models import OFFERED, Delivery  # noqa: E402
from migration_tracker.notifications.tasks import deliver  # noqa: E402
from migration_tracker.smoke import services as smoke  # noqa: E402
from migration_tracker.smoke.tasks import run_smoke  # noqa: E402

LINK = re.compile(r'(?:href|action|hx-get)="(/[^"#]*)')
MOST_PAGES = 400


def main(folder: Path, repository: str, access: str) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    password = os.environ["PASSWORD"]
    accounts.make_person("ada", "administrator")
    ada = User.objects.get(username="ada")
    ada.email = "ada@example.org"
    ada.set_password(password)
    ada.save()
    call_command("register", repository, "--access", access, stdout=StringIO())
    migration = Migration.objects.get()
    for scan in Scan.objects.active():
        run_scan(scan.pk)
    for reading in HistoryReading.objects.active():
        read_history(reading.pk)
    events = [one.value for one in OFFERED]
    for kind, where in (("webhook", os.environ["HOOK"]), ("slack", os.environ["HOOK"]), ("leads", "")):
        channel = notifications.add(migration, kind=kind, address=where, events=events, by=ada)
        if kind != "leads":
            notifications.test(channel, by=ada)
    email = notifications.add(migration, kind="email", address="lea@example.org", events=events, by=ada)
    notifications.test(email, by=ada)
    for run in smoke.request(Worker.objects.get(), ["kafka"], by=ada):
        run_smoke(run.pk)
    Delivery.objects.active().update(enqueued_at=timezone.now())
    for waiting in Delivery.objects.active():
        deliver(waiting.pk)
    _, token = tokens.make(ada, name="ci", scopes=list(Scope.values), days=1)
    emitted = Emitted(folder)
    session = pages(emitted, password)
    api(emitted, token, migration)
    machines(emitted, migration)
    commands(emitted, folder, migration)
    states = [f"{one.channel}: {one.outcome} {one.answer}" for one in Delivery.objects.all()]
    print(json.dumps({"token": token, "session": session, "asked": emitted.asked, "deliveries": states}))


class Emitted:
    """Answers, each in a file of the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.asked: dict[str, int] = {}

    def keep(self, method: str, where: str, answer: Any) -> bytes:
        body = answer.getvalue() if answer.streaming else answer.content
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode()
        name = f"{len(self.asked):03}"
        (self._folder / name).write_bytes(f"{method} {where}\n".encode() + headers + b"\n\n" + body)
        self.asked[f"{method} {where}"] = answer.status_code
        return body


def pages(emitted: Emitted, password: str) -> str:
    """Sign in wrongly and rightly, then follow every link there is; the key of the session."""
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    form = {"username": "nobody", "password": password}
    for where in ("/sign-in/", "/sign-in/oidc/", "/sign-in/oidc/back?code=c&state=s"):
        emitted.keep("GET", f"{where} as nobody", client.get(where))
    emitted.keep("POST", "/sign-in/ as nobody", client.post("/sign-in/", form))
    emitted.keep("POST", "/sign-in/", client.post("/sign-in/", form | {"username": "ada"}))
    seen, waiting = {"/sign-out/"}, ["/", "/audit/trail.csv", "/audit/trail.jsonl", "/no/such/page"]
    while waiting and len(seen) < MOST_PAGES:
        where = waiting.pop(0)
        if where in seen or where.startswith("/static/"):
            continue
        seen.add(where)
        answer = client.get(where)
        body = emitted.keep("GET", where, answer)
        if answer["Content-Type"].startswith("text/html"):
            waiting += [link.replace("&amp;", "&") for link in LINK.findall(body.decode())]
    return str(client.session.session_key)


def api(emitted: Emitted, token: str, migration: Migration) -> None:
    """Every reading operation of the OpenAPI document, and asking with a token that is none."""
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    document = emitted.keep("GET", "/api/v1/openapi.json", client.get("/api/v1/openapi.json"))
    for path, operations in json.loads(document)["paths"].items():
        if "get" in operations:
            where = path.replace("{key}", migration.key).replace("{slug:key}", migration.key)
            asked = client.get(where, headers={"Authorization": f"Bearer {token}"})
            emitted.keep("GET", where, asked)
    wrong = client.get("/api/v1/migrations", headers={"Authorization": f"Bearer {token}x"})
    emitted.keep("GET", "/api/v1/migrations with a wrong token", wrong)


def machines(emitted: Emitted, migration: Migration) -> None:
    """What code hosts, probes and Prometheus are answered."""
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    metrics, secret = os.environ["METRICS"], os.environ["WEBHOOK_SECRET"]
    for given in (metrics, "wrong"):
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {given}"})
        emitted.keep("GET", f"/metrics as {'known' if given == metrics else 'wrong'}", answer)
    for probe in ("/healthz", "/readyz"):
        emitted.keep("GET", probe, client.get(probe))
    body = b'{"ref": "refs/heads/main"}'
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    for given in (signature, "wrong"):
        answer = client.post(
            f"/hooks/{migration.key}",
            body,
            content_type="application/json",
            headers={"X-Hub-Signature-256": f"sha256={given}"},
        )
        emitted.keep("POST", f"/hooks as {'known' if given == signature else 'wrong'}", answer)


def commands(emitted: Emitted, folder: Path, migration: Migration) -> None:
    """What an operator takes away: doctor's words, the evidence, the report of the audit trail, a back-up."""
    for name, *more in (
        ("doctor", "--format", "json"),
        ("doctor",),
        ("verify_audit",),
        ("check", "--deploy"),
    ):
        said = StringIO()
        with suppress(SystemExit):  # something is wrong with this installation on purpose: its broker is away
            call_command(name, *more, stdout=said, stderr=said)
        (folder / f"{name}{len(more)}").write_text(said.getvalue())
    call_command("evidence_bundle", migration.key, folder / "evidence.zip", stdout=StringIO())
    call_command("backup", folder / "backup", stdout=StringIO())


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
