"""The board as it was at a commit: what was said later does not count."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.checklists import services as checklists
from migration_tracker.checklists import waiving
from migration_tracker.checklists.models import today
from migration_tracker.dashboard.board import Board, board
from migration_tracker.dashboard.past import board_then, then
from migration_tracker.inventory.models import HistoryPoint, HistoryReading, Migration, Scan
from migration_tracker.inventory.tasks import read_history
from tests.conftest import commit
from tests.dashboard.test_pages import migration, reader, worker_with
from tests.smoke.test_runs import end

__all__ = ["migration", "reader"]

pytestmark = pytest.mark.django_db


def told(whole: Board) -> tuple[object, ...]:
    return (whole.progress, [line._replace(moved=None) for line in whole.lines], whole.criteria)


def test_the_board_of_a_commit_stays_as_it_was_whatever_is_said_later(
    migration: Migration, sample: Path, scanned: Callable[[], None], ada: User, person: Callable[..., User]
):
    direct, migrated = worker_with("direct"), worker_with("migrated")
    for transport in ("kafka", "eventhub"):
        end(migrated, transport, "passed")
    checklists.tick(direct, "consume-loop", by=ada, ticked=True)
    asked = waiving.ask(direct, "awaited", by=ada, reason="later", until=today())
    first = Scan.objects.latest("pk").commit
    before = board(migration)
    assert before.progress.proven == 1

    file = sample / migrated.observations.get().path
    file.write_text(file.read_text() + "\nTOUCHED = True\n")
    second = commit(sample)
    scanned()
    waiving.decide(asked, by=person("lea", "lead"), approved=True)
    end(migrated, "eventhub", "failed", "it died")
    end(direct, "kafka", "passed")
    file.unlink()
    commit(sample)
    scanned()

    at = then(migration, first[:8])
    assert at is not None
    assert (at.commit, at.exact) == (first, True)
    assert told(board_then(migration, at)) == told(before)
    at = then(migration, second)
    assert at is not None
    middle = board_then(migration, at)
    assert (middle.progress.proven, middle.progress.removed) == (0, 0)
    assert any("it died" in one.text for one in middle.disagreements())
    assert board(migration).progress.removed == 1


def test_a_step_of_the_history_that_no_scan_read_leads_to_the_first_scan_after_it(
    migration: Migration, reader: Client, sample: Path, scanned: Callable[[], None]
):
    read_history(HistoryReading.objects.get().pk)
    first = Scan.objects.get()
    made = timezone.now()
    HistoryPoint.objects.update(commit="ab" * 20, at=made)
    Scan.objects.update(finished_at=made - timedelta(hours=1))
    (sample / "README.md").write_text("Changed.")
    commit(sample)
    scanned()
    page = reader.get(f"{migration.get_absolute_url()}?at=abab").text
    assert "No scan has read this commit" in page
    assert f"<code>{Scan.objects.latest('pk').short_commit}</code>: scans" in page
    assert "by today's definition" in page.replace("&#x27;", "'")
    assert first.commit != Scan.objects.latest("pk").commit


def test_of_a_commit_from_before_the_first_scan_it_says_that_there_was_none(
    migration: Migration, reader: Client
):
    read_history(HistoryReading.objects.get().pk)
    HistoryPoint.objects.update(commit="ab" * 20)
    page = reader.get(f"{migration.get_absolute_url()}?at=abab").text
    assert "There was no scan yet: the first of all" in page
    assert "by today's definition" in page.replace("&#x27;", "'")
    assert 'id="matrix"' not in page, "the first scan is not what stood then"


def test_the_page_of_the_past_says_so_keeps_its_filters_and_changes_nothing(
    migration: Migration, client: Client, ada: User
):
    client.force_login(ada)
    sha = Scan.objects.get().commit
    page = client.get(f"{migration.get_absolute_url()}?at={sha[:10]}&status=direct").text
    assert f"As of {sha[:10]}" in page
    assert worker_with("direct").get_absolute_url() in page
    assert f'name="at" value="{sha}"' in page.replace("\n", " ")
    assert "hx-post" not in page
    assert "every 30s" not in page


@pytest.mark.parametrize("asked", ["ffffffff", "zz", "abc", "%27%3B--", "<script>"])
def test_a_commit_that_nobody_knows_is_a_plain_page(migration: Migration, reader: Client, asked: str):
    answer = reader.get(migration.get_absolute_url(), {"at": asked})
    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_each_criterion_leads_to_its_evidence_and_each_domain_is_counted(
    migration: Migration, sample: Path, scanned: Callable[[], None], reader: Client
):
    file = sample / "migration.toml"
    file.write_text(
        file.read_text()
        + """
[[criteria]]
key = "on-eventhub"
title = "Works with Event Hubs"
transport = "eventhub"

[[criteria]]
key = "moved"
title = "Moved"
status = "migrated"
"""
    )
    commit(sample)
    scanned()
    page = reader.get(migration.get_absolute_url()).text
    direct = worker_with("direct").get_absolute_url()
    assert f'href="{direct}#runs-eventhub"' in page
    assert f'href="{direct}#findings"' in page
    assert 'href="?sort=eventhub#matrix"' in page
    assert 'href="?domain=claimx"' in page
