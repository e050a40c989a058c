"""CI and scripts read the tracker, ask the gate, start runs and report theirs, as far as their token goes."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from migration_tracker.accounts import tokens
from migration_tracker.accounts.models import Scope, Token, User
from migration_tracker.audit import verification
from migration_tracker.audit.models import Entry
from migration_tracker.cli import main
from migration_tracker.dashboard.board import board
from migration_tracker.inventory.models import Migration, Scan, Worker
from migration_tracker.smoke.models import SmokeRun
from tests.conftest import commit

pytestmark = pytest.mark.django_db

Api = Callable[..., Any]
STAGES = [
    {"key": key, "title": key, "result": "passed"} for key in ("boots", "ready", "processes", "commits")
]


@pytest.fixture
def migration(scanned: Callable[[], None]) -> Migration:
    scanned()
    return Migration.objects.get()


@pytest.fixture
def lea(person: Callable[..., User]) -> User:
    return person("lea", "lead")


@pytest.fixture
def api(client: Client) -> Api:
    """Asks as somebody: `api(user, "get", "/migrations")`, with a token for everything unless told."""

    def ask(
        user: User, method: str, path: str, body: object = None, scopes: tuple[str, ...] = tuple(Scope.values)
    ):
        _, secret = tokens.make(user, name="t", scopes=scopes, days=1)
        more = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(
            f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"}, **more
        )

    return ask


def test_everything_can_be_read_by_whoever_has_a_token(migration: Migration, api: Api, person: Api):
    vic = person("vic", "viewer")
    [one] = api(vic, "get", "/migrations").json()
    assert (one["workers"]["total"], one["workers"]["direct"], one["commit"]) == (
        2,
        1,
        Scan.objects.get().commit,
    )
    assert api(vic, "get", f"/migrations/{migration.key}").json() == one
    workers = api(vic, "get", f"/migrations/{migration.key}/workers").json()
    assert {worker["status"] for worker in workers} == {"migrated", "direct"}
    assert all(worker["checklist"] and len(worker["smoke"]) == 2 for worker in workers)
    entries = api(vic, "get", f"/migrations/{migration.key}/audit").json()
    actions = [entry["action"] for entry in entries]
    assert actions == ["scan.finished", "scan.requested", "schedule.set"]
    assert len(api(vic, "get", f"/migrations/{migration.key}/audit?before=2").json()) == 1
    assert api(vic, "get", "/migrations/none").status_code == 404


class TestTokens:
    def test_a_token_is_shown_once_and_only_its_hash_is_kept(self, client: Client, ada: User):
        client.force_login(ada)
        page = client.post("/tokens/", {"name": "ci", "scopes": ["read"], "days": 3})
        secret = page.context["secret"]
        assert secret in page.text
        assert "no-store" in page.headers["Cache-Control"]
        assert secret not in client.get("/tokens/").text
        kept = Token.objects.values().get()
        assert secret not in str(kept)
        assert secret not in str(list(Entry.objects.values()))
        client.logout()
        bearer = {"Authorization": f"Bearer {secret}"}
        assert client.get("/api/v1/migrations", headers=bearer).status_code == 200
        client.force_login(ada)
        client.post(f"/tokens/{kept['id']}/revoke")
        client.logout()
        assert client.get("/api/v1/migrations", headers=bearer).status_code == 401
        assert [entry.action for entry in Entry.objects.all()] == ["token.revoked", "token.made"]

    def test_nobody_revokes_the_token_of_another(self, client: Client, ada: User, lea: User):
        token, secret = tokens.make(ada, name="ci", scopes=["read"], days=1)
        client.force_login(lea)
        assert client.post(f"/tokens/{token.pk}/revoke").status_code == 404
        assert tokens.find(secret) == token

    @pytest.mark.parametrize(
        "form", [{}, {"name": "x", "scopes": "all", "days": 1}, {"name": "x", "scopes": "read", "days": 367}]
    )
    def test_a_token_needs_a_name_known_scopes_and_an_end(self, client: Client, ada: User, form: dict):
        client.force_login(ada)
        assert client.post("/tokens/", form).status_code == 422
        assert not Token.objects.exists()

    def test_an_expired_token_and_one_of_somebody_who_left_open_nothing(self, ada: User):
        _, old = tokens.make(ada, name="old", scopes=["read"], days=1)
        Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        _, new = tokens.make(ada, name="new", scopes=["read"], days=1)
        assert (tokens.find(old), tokens.find(new) is not None) == (None, True)
        User.objects.update(is_active=False)
        assert tokens.find(new) is None

    @pytest.mark.parametrize(
        "header", ["", "Bearer ", "Bearer mt_wrong", "Basic bGVhOmxlYQ==", "Bearer \udcff"]
    )
    def test_without_a_token_there_is_a_401_and_no_page(
        self, client: Client, migration: Migration, header: str
    ):
        headers = {"Authorization": header.encode(errors="replace").decode()} if header else {}
        for method, path in (
            ("get", ""),
            ("post", f"/{migration.key}/reports"),
            ("get", f"/{migration.key}/badge.svg"),
        ):
            answer = getattr(client, method)(f"/api/v1/migrations{path}", headers=headers)
            assert answer.status_code == 401, path

    def test_a_session_is_no_token(self, client: Client, ada: User, migration: Migration):
        client.force_login(ada)  # else another site could make a browser send it
        assert client.post(f"/api/v1/migrations/{migration.key}/scans").status_code == 401


class TestTheGate:
    """Asked with what the command line prints of a real checkout."""

    @pytest.fixture
    def ask(
        self, migration: Migration, api: Api, ada: User, sample: Path, capsys: pytest.CaptureFixture[str]
    ):
        def gate(message: str = "Change") -> tuple[bool, list[str]]:
            commit(sample, message)
            main(["scan", str(sample), "--format", "json", "--no-cache"])
            said = json.loads(capsys.readouterr().out)
            answer = api(ada, "post", f"/migrations/{migration.key}/gate", said, ("read",))
            assert answer.status_code == 200, answer.text
            return answer.json()["may_merge"], answer.json()["reasons"]

        return gate

    def path(self, sample: Path, status: str) -> Path:
        return sample / Worker.objects.get(observations__status=status).observations.get().path

    def test_what_changes_nothing_for_the_worse_may_merge(self, ask: Api, sample: Path):
        file = self.path(sample, "direct")
        file.write_text("# moved down\n\n" + file.read_text())
        assert ask() == (True, [])

    def test_a_worker_that_slips_back_may_not(self, ask: Api, sample: Path):
        self.path(sample, "migrated").write_text(
            "from aiokafka import AIOKafkaConsumer\n\nconsumer = AIOKafkaConsumer('a')\n"
        )
        may, reasons = ask()
        assert (may, len(reasons)) == (False, 2)
        assert "was migrated and would be direct" in reasons[0]
        assert "1 new direct use of aiokafka.AIOKafkaConsumer" in reasons[1]

    def test_a_worker_that_vanishes_may_not(self, ask: Api, sample: Path):
        self.path(sample, "direct").unlink()
        may, [reason] = ask()
        assert (may, "is gone: a worker is migrated, not removed" in reason) == (False, True)

    def test_what_is_not_committed_may_not(self, migration: Migration, api: Api, ada: User):
        said = {"version": 1, "commit": None, "dirty": True, "workers": []}
        answer = api(ada, "post", f"/migrations/{migration.key}/gate", said).json()
        assert "scan a clean checkout" in answer["reasons"][0]

    def test_an_atomic_phase_may_not_be_merged_in_part(self, migration: Migration, api: Api, ada: User):
        scan = Scan.objects.get()
        phase = '\n[[phases]]\nkey = "all"\ntitle = "All"\natomic = true\nworkers = ["**"]\n'
        Scan.objects.update(definition_text=scan.definition_text.split("[[phases]]")[0] + phase)
        Scan.objects.get().definition  # noqa: B018 - that it can be read
        statuses = dict.fromkeys(Worker.objects.values_list("name", flat=True), "migrated")
        statuses["claimx/workers/new_one"] = "none"
        workers = [{"name": name, "phase": "all", "status": status} for name, status in statuses.items()]
        said = {"version": 1, "commit": "a" * 40, "workers": workers}
        gate = f"/migrations/{migration.key}/gate"
        assert api(ada, "post", gate, said).json() == {"may_merge": True, "reasons": [], "onto": scan.commit}
        said["workers"][-1]["status"] = "partial"
        reasons = api(ada, "post", gate, said).json()["reasons"]
        assert any("all is atomic and would be merged in part" in reason for reason in reasons)


class TestAsking:
    def test_a_scan_and_smoke_runs_are_queued_once(
        self, migration: Migration, api: Api, ada: User, person: Callable[..., User]
    ):
        leo = person("leo", "lead")
        first = api(ada, "post", f"/migrations/{migration.key}/scans")
        assert (first.status_code, first.json()) == (
            202,
            api(ada, "post", f"/migrations/{migration.key}/scans").json(),
        )
        worker = Worker.objects.first()
        assert worker is not None
        asked = {"worker": worker.name, "transports": ["kafka"]}
        queued = api(leo, "post", f"/migrations/{migration.key}/smoke", asked).json()
        assert SmokeRun.objects.get().pk == queued["ids"][0]
        assert len(api(leo, "post", f"/migrations/{migration.key}/smoke", {}).json()["ids"]) == 4
        assert api(leo, "post", f"/migrations/{migration.key}/smoke", {"worker": "no"}).status_code == 404


class TestReporting:
    def said(self, **change: object) -> dict:
        worker = Worker.objects.get(observations__status="migrated")
        runs = [
            {
                "worker": worker.name,
                "transport": transport,
                "result": "passed",
                "broker": "real",
                "stages": STAGES,
                "level": "boots",
            }
            for transport in ("kafka", "eventhub")
        ]
        return {"version": 1, "commit": Scan.objects.get().commit, "dirty": False, "runs": runs, **change}

    def test_a_leads_pipeline_is_believed_and_named_in_the_trail(
        self, migration: Migration, api: Api, lea: User
    ):
        answer = api(lea, "post", f"/migrations/{migration.key}/reports", self.said())
        assert (answer.status_code, len(answer.json()["ids"])) == (201, 2)
        assert board(migration).progress.proven == 1
        entry = Entry.objects.filter(action="smoke.finished").first()
        assert entry is not None
        assert (entry.actor_name, "that ran elsewhere: passed" in entry.sentence) == ("lea", True)
        assert verification.verify(migration.chain).flaw == ""
        [run, _] = api(lea, "get", f"/migrations/{migration.key}/runs").json()
        assert (run["result"], run["level"], run["broker"]) == ("passed", "processed", "real")
        assert run["occasion"] == "report"

    def test_runs_that_went_less_far_than_a_proof_prove_nothing(
        self, migration: Migration, api: Api, lea: User
    ):
        runs = [{**one, "stages": STAGES[:2]} for one in self.said()["runs"]]
        assert (
            api(lea, "post", f"/migrations/{migration.key}/reports", self.said(runs=runs)).status_code == 201
        )
        assert board(migration).progress.proven == 0
        workers = api(lea, "get", f"/migrations/{migration.key}/workers").json()
        [cells] = [one["smoke"] for one in workers if one["status"] == "migrated"]
        assert {(one["result"], one["level"], one["proves"]) for one in cells} == {("passed", "ready", False)}

    def test_an_engineer_cannot_prove_a_worker_by_saying_so(self, migration: Migration, api: Api, ada: User):
        assert api(ada, "post", f"/migrations/{migration.key}/reports", self.said()).status_code == 403
        assert not SmokeRun.objects.exists()

    def test_what_belongs_to_no_scanned_commit_is_refused_whole(
        self, migration: Migration, api: Api, lea: User
    ):
        runs = self.said()["runs"]
        for wrong in (
            {"dirty": True},
            {"commit": None},
            {"commit": "f" * 40},
            {"runs": [runs[0], {**runs[1], "worker": "no"}]},
            {"runs": [{**runs[0], "stages": []}]},
            {"runs": [{**runs[0], "stages": [{**STAGES[0], "result": "failed"}]}]},
        ):
            answer = api(lea, "post", f"/migrations/{migration.key}/reports", self.said(**wrong))
            assert (answer.status_code, bool(answer.json()["detail"])) == (409, True), wrong
        assert not SmokeRun.objects.exists()


class TestTheBadge:
    def test_it_says_how_many_are_proven(self, migration: Migration, api: Api, ada: User):
        answer = api(ada, "get", f"/migrations/{migration.key}/badge.svg")
        assert answer.headers["Content-Type"] == "image/svg+xml"
        assert ElementTree.fromstring(answer.text).attrib["aria-label"] == "proven: 0 of 2"

    def test_it_is_for_everybody_only_when_set_so(
        self, migration: Migration, client: Client, settings: Settings
    ):
        address = f"/api/v1/migrations/{migration.key}/badge.svg"
        assert client.get(address).status_code == 401
        settings.PUBLIC_BADGE = True
        assert client.get(address).status_code == 200


def test_the_document_names_every_operation_and_leads_to_no_other_site(client: Client):
    document = client.get("/api/v1/openapi.json").json()
    assert len(document["paths"]) == 15
    assert client.get("/api/v1/docs").status_code == 404


def test_hostile_bodies_are_refused_in_words(migration: Migration, api: Api, lea: User, client: Client):
    reports = f"/migrations/{migration.key}/reports"
    for body in ([], {"version": 2}, {"version": 1, "commit": "'; DROP TABLE audit_entry; --", "runs": []}):
        answer = api(lea, "post", reports, body)
        assert (answer.status_code, "Traceback" in answer.text) == (422, False)
    nul = {"worker": "a\0b", "transport": "kafka", "result": "error", "broker": "", "log": "\0"}
    assert api(lea, "post", reports, {"version": 1, "commit": "a" * 40, "runs": [nul]}).status_code == 422
    assert api(lea, "post", reports, {"log": "x" * 11_000_000}).status_code in (400, 413)
    _, secret = tokens.make(lea, name="t", scopes=["report"], days=1)
    torn = client.post(
        f"/api/v1{reports}",
        "{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert torn.status_code == 400
    assert api(lea, "get", f"/migrations/{migration.key}/runs?before=-1").status_code == 422
