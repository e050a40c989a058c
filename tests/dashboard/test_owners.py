"""Who has a worker: by CODEOWNERS at the scanned commit, or by hand."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from migration_tracker.accounts.models import User
from migration_tracker.audit.models import Entry
from migration_tracker.dashboard.board import board
from migration_tracker.inventory.models import Migration, Worker
from tests.conftest import commit
from tests.dashboard.test_pages import migration, reader, worker_with
from tests.smoke.test_runs import end

__all__ = ["migration", "reader"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def owned(migration: Migration, sample: Path, scanned: Callable[[], None]) -> Migration:
    """The sample, where @claims owns the migrated worker and nobody the direct one."""
    path = worker_with("migrated").observations.get().path
    (sample / "CODEOWNERS").write_text(f"/{path} @claims\n")
    commit(sample)
    scanned()
    return migration


def owners(migration: Migration, worker: Worker) -> list[str]:
    return next(line.owners.splitlines() for line in board(migration).lines if line.worker == worker.pk)


def assign(client: Client, worker: Worker, **fields: str) -> int:
    seen = Worker.objects.get(pk=worker.pk).assignment
    return client.post(
        f"/m/{worker.migration.key}/w/{worker.name}/assign", {"seen": seen, **fields}
    ).status_code


def test_codeowners_says_who_and_a_disagreement_names_them(owned: Migration, reader: Client):
    worker = worker_with("migrated")
    end(worker, "eventhub", "failed", "it died")
    [disagreement] = board(owned).disagreements()
    assert disagreement.owners == ["@claims"]
    assert "Owner: @claims" in reader.get(owned.get_absolute_url()).text
    assert "by CODEOWNERS" in reader.get(worker.get_absolute_url()).text


@pytest.mark.parametrize(("query", "status"), [("@claims", "migrated"), ("nobody", "direct")])
def test_the_matrix_is_filtered_by_owner(owned: Migration, reader: Client, query: str, status: str):
    page = reader.get(owned.get_absolute_url(), {"owner": query}).text
    page = page[page.index("<tbody", page.index('id="matrix"')) :]
    for other in ("direct", "migrated"):
        assert (worker_with(other).get_absolute_url() in page) == (other == status)


def test_who_owns_workers_is_led_to_all_of_them(
    migration: Migration, client: Client, ada: User, sample: Path, scanned: Callable[[], None]
):
    direct, migrated = worker_with("direct"), worker_with("migrated")
    client.force_login(ada)
    assert "Yours" not in client.get(migration.get_absolute_url()).text
    (sample / "CODEOWNERS").write_text(f"/{migrated.observations.get().path} @Ada\n")
    commit(sample)
    scanned()
    assert assign(client, direct, owner="ada") == 302
    page = client.get(f"{migration.get_absolute_url()}?status=direct").text
    assert 'href="?status=direct&amp;owner=~me#matrix">Yours' in page
    mine = client.get(f"{migration.get_absolute_url()}?owner=~me").text
    mine = mine[mine.index("<tbody", mine.index('id="matrix"')) :]
    assert direct.get_absolute_url() in mine
    assert migrated.get_absolute_url() in mine


def test_one_chosen_by_hand_goes_before_codeowners_and_stands_in_the_trail(
    owned: Migration, client: Client, ada: User
):
    worker = worker_with("migrated")
    client.force_login(ada)
    issue = "https://issues.example.org/7"
    for _ in range(2):  # a double click records once
        assert assign(client, worker, owner="Grace", due="2020-02-01", issue=issue) == 302
    assert owners(owned, worker) == ["Grace"]
    worker.refresh_from_db()
    assert (worker.due, worker.issue) == (date(2020, 2, 1), issue)
    [entry] = Entry.objects.filter(action="worker.assigned")
    assert (entry.actor, entry.sentence) == (ada, f"gave {worker} to Grace, due 1 Feb 2020")
    page = client.get(worker.get_absolute_url()).text
    assert "overdue" in page
    assert f'href="{issue}"' in page
    assert assign(client, worker) == 302
    assert owners(owned, worker) == ["@claims"]


def test_what_cannot_be_used_is_refused_and_nothing_is_recorded(owned: Migration, client: Client, ada: User):
    client.force_login(ada)
    worker = worker_with("direct")
    answer = client.post(
        f"/m/{owned.key}/w/{worker.name}/assign",
        {"owner": "Grace", "issue": "javascript:alert(1)"},
        headers={"HX-Request": "true"},
    )
    assert (answer.status_code, "issue" in answer.text) == (422, True)
    assert not Entry.objects.filter(action="worker.assigned").exists()


def test_a_viewer_assigns_nobody_and_sees_no_form(owned: Migration, reader: Client):
    worker = worker_with("direct")
    assert assign(reader, worker, owner="me") == 403
    assert 'id="assign"' not in reader.get(worker.get_absolute_url()).text
