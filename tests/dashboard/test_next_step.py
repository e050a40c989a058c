"""What is to be done next about a worker, and by whom."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from migration_tracker.accounts.models import User
from migration_tracker.checklists import services as checklists
from migration_tracker.checklists import waiving
from migration_tracker.checklists.models import today
from migration_tracker.dashboard.next_step import next_step
from migration_tracker.dashboard.rows import Row, of_scan
from migration_tracker.inventory.assigning import assign
from migration_tracker.inventory.models import Migration, Scan, Worker
from migration_tracker.smoke import services as smoke
from tests.conftest import commit
from tests.dashboard.test_pages import migration, reader, worker_with
from tests.smoke.test_runs import end

__all__ = ["migration", "reader"]

pytestmark = pytest.mark.django_db

LEFT_TO_PEOPLE = """
[[checklist]]
key = "cut-over"
title = "Cut over in production"
"""


def row(worker: Worker) -> Row:
    [found] = of_scan(Scan.objects.latest("pk"), [worker.pk])
    return found


def said(worker: Worker) -> tuple[str, str]:
    step = next_step(row(worker))
    return (step.text, step.place) if step else ("", "")


def test_of_a_worker_that_builds_its_own_clients_the_first_item_not_met_is_its_owners(
    migration: Migration, ada: User, person: Callable[..., User]
):
    direct = worker_with("direct")
    first = next(item for item in row(direct).items if item.witness == "scanner" and not item.met)
    text, place = said(direct)
    assert (f"should see to “{first.title}”" in text, place) == (True, f"#item-{first.key}")
    assert "nobody owns it" in text or row(direct).owners[0] in text
    assign(direct, by=ada, owner="grace", due=None, issue="")
    assert said(direct)[0].startswith("grace should see to")
    waiving.ask(direct, first.key, by=ada, reason="later", until=today())
    assert said(direct)[0] == f"A lead other than ada should decide on the waiver of “{first.title}”."
    waiving.decide(direct.waivers.get(), by=person("lea", "lead"), approved=True)
    assert first.title not in said(direct)[0]


def test_a_tick_against_the_code_comes_first_and_is_whose_it_is(migration: Migration, ada: User):
    direct = worker_with("direct")
    last = [item for item in row(direct).items if item.witness == "scanner" and not item.met][-1]
    checklists.tick(direct, last.key, by=ada, ticked=True)
    assert said(direct) == (
        f"ada should look again at “{last.title}”: it is ticked, and the code says otherwise.",
        f"#item-{last.key}",
    )


def test_of_clean_code_it_is_the_runs_then_what_is_left_to_people_then_nothing(
    migration: Migration, sample: Path, scanned: Callable[[], None], ada: User, reader: Client
):
    described = sample / "migration.toml"
    described.write_text(described.read_text() + LEFT_TO_PEOPLE)
    commit(sample)
    scanned()
    migrated = worker_with("migrated")
    run = "Somebody who may run smoke tests should run it on"
    assert said(migrated) == (f"{run} Kafka.", "#runs-kafka")
    smoke.request(migrated, ["kafka"], by=ada)
    assert said(migrated) == ("Nothing before its smoke run on Kafka is over.", "#runs-kafka")
    end(migrated, "kafka", "passed")
    assert said(migrated) == (f"{run} Event Hubs.", "#runs-eventhub")
    end(migrated, "eventhub", "failed", "it died")
    assert "should find out why it fails on Event Hubs" in said(migrated)[0]
    end(migrated, "eventhub", "passed")
    assert row(migrated).proven
    assert said(migrated) == (
        "Somebody who knows should vouch for “Cut over in production”.",
        "#item-cut-over",
    )
    page = reader.get(migrated.get_absolute_url()).text
    assert '<a href="#item-cut-over">Somebody who knows should vouch' in page
    assert 'id="item-cut-over"' in page
    checklists.tick(migrated, "cut-over", by=ada, ticked=True)
    assert next_step(row(migrated)) is None
    assert "Nothing is left to do." in reader.get(migrated.get_absolute_url()).text
