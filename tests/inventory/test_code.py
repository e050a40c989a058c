"""A repository's code runs on the tracker's host only where an administrator allows it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from migration_tracker.accounts.models import User
from migration_tracker.audit.models import Entry
from migration_tracker.inventory import code, queries, services
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.patches import services as patches
from migration_tracker.patches.errors import NotAllowed as NoPatch
from migration_tracker.patches.models import Patch
from migration_tracker.patches.tasks import prove_patch
from migration_tracker.smoke import renewal
from migration_tracker.smoke import services as smoke
from migration_tracker.smoke.errors import NotAllowed
from migration_tracker.smoke.models import SmokeRun
from migration_tracker.smoke.tasks import run_smoke

pytestmark = pytest.mark.django_db


@pytest.fixture
def eve(person: Callable[..., User]) -> User:
    return person("eve", "administrator")


@pytest.fixture
def worker(scanned: Callable[[], None]) -> Worker:
    scanned()
    return Worker.objects.select_related("migration").get(name__endswith="event_ingester")


def test_what_is_registered_in_a_shell_may_run_and_what_a_person_enters_waits(sample: Path, eve: User):
    entered = services.register(sample, by=eve)
    assert not entered.runs_code
    entered.delete()
    assert services.register(sample, by=None).runs_code


def test_where_it_is_not_allowed_nothing_that_runs_it_can_be_asked_for(worker: Worker, eve: User):
    code.allow(worker.migration, False, by=eve)
    for ask in (
        lambda: smoke.request(worker, ["kafka"], by=eve),
        lambda: smoke.request_all(worker.migration, ["kafka"], by=None),
    ):
        with pytest.raises(NotAllowed, match="takes an administrator"):
            ask()
    with pytest.raises(NoPatch, match="takes an administrator"):
        patches.request(worker, by=eve)
    scan = queries.latest_scan(worker.migration)
    assert renewal.renew(scan, scan.observations.all()) == []
    assert not SmokeRun.objects.exists()
    assert not Patch.objects.exists()


def test_what_was_asked_for_before_it_was_taken_back_does_not_run(worker: Worker, eve: User, monkeypatch):
    monkeypatch.setattr("migration_tracker.jobs.BEAT_SECONDS", 3600)
    [run] = smoke.request(worker, ["kafka"], by=eve)
    patch = patches.request(worker, by=eve)
    code.allow(worker.migration, False, by=eve)
    run_smoke(run.pk)
    prove_patch(patch.pk)
    run.refresh_from_db()
    patch.refresh_from_db()
    assert "may not run on the tracker's host" in run.reason
    assert run.result == "error"
    assert not run.stages.exists()
    assert "may not run on the tracker's host" in patch.reason


def test_an_administrator_decides_on_a_page_and_it_is_in_the_audit_trail(
    worker: Worker, eve: User, client: Client
):
    client.force_login(eve)
    key = worker.migration.key
    assert "its code may run here" in client.get("/code/").text
    for _ in range(2):  # a double click is one entry
        assert client.post("/code/", {"migration": key, "allowed": "no"}).status_code == 302
    assert "its code does not run here" in client.get("/code/").text
    client.post("/code/", {"migration": key, "allowed": "yes"})
    assert Migration.objects.get().runs_code
    said = list(Entry.objects.filter(action__startswith="migration.code").order_by("pk"))
    assert [entry.action for entry in said] == ["migration.code_forbidden", "migration.code_allowed"]
    assert [entry.actor_name for entry in said] == ["eve", "eve"]
    assert "Not recorded" in client.post("/code/", {"migration": "none"}, follow=True).text
