"""What a phase asks for besides its workers can be waived for a time too, and that is seen."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries as audit
from migration_tracker.checklists import waiving
from migration_tracker.checklists.errors import CannotWaive, NoSuchItem, Overtaken
from migration_tracker.checklists.models import Waiver, today
from migration_tracker.checklists.tasks import lapse
from migration_tracker.dashboard.board import Phase, board
from migration_tracker.dashboard.past import board_then, then
from migration_tracker.inventory.models import Migration, Scan, Worker
from migration_tracker.notifications.models import Notice
from tests.conftest import commit

pytestmark = pytest.mark.django_db

CRITERION = """
[[criteria]]
key = "guided"
title = "There is a guide"
phase_items = ["phase-3/guide"]

"""
ASKED = {"reason": "The guide comes in May.", "until": today() + timedelta(days=7)}


@pytest.fixture
def unguided(sample: Path, scanned: Callable[[], None]) -> Migration:
    """The sample, where the guide is the one thing that phase 3 lacks."""
    toml = sample / "migration.toml"
    head, _, rest = toml.read_text().partition('[[phases.items]]\nkey = "lint"')
    toml.write_text(head + CRITERION + rest[rest.index("[smoke]") :])
    commit(sample)
    scanned()
    return Migration.objects.get()


@pytest.fixture
def lea(person: Callable[..., User]) -> User:
    return person("lea", "lead")


def last_phase(migration: Migration) -> Phase:
    return board(migration).phases[-1]


def verdicts(migration: Migration) -> dict[str, tuple[str, bool]]:
    return {item.key: (item.verdict, item.settled) for item in last_phase(migration).items}


def test_a_phase_is_done_with_an_approved_waiver_until_its_day_is_over(
    unguided: Migration, ada: User, lea: User
):
    assert verdicts(unguided) == {"contract": ("met", True), "guide": ("unmet", False)}
    asked = waiving.ask_of_phase(unguided, "phase-3", "guide", by=ada, **ASKED)
    assert not last_phase(unguided).done, "asking counts for nothing"
    waiving.decide(asked, by=lea, approved=True)
    assert verdicts(unguided)["guide"] == ("unmet", True), "the verdict stays what it is"
    assert last_phase(unguided).done
    assert [one.verdict for one in board(unguided).criteria] == ["unmet"], "no criterion is waived"
    entry = audit.about(unguided).first()
    assert entry is not None
    assert (entry.action, entry.detail["phase"]) == ("waiver.approved", "phase-3")
    Waiver.objects.update(until=today() - timedelta(days=1))
    assert not last_phase(unguided).done
    lapse()
    assert Waiver.objects.get().state == "lapsed"
    assert audit.about(unguided).filter(action="waiver.lapsed").exists()


def test_it_is_asked_for_once_of_what_there_is_and_is_not_met(unguided: Migration, ada: User):
    asked = waiving.ask_of_phase(unguided, "phase-3", "guide", by=ada, **ASKED)
    with pytest.raises(Overtaken, match="is asked for already, by ada"):
        waiving.ask_of_phase(unguided, "phase-3", "guide", by=ada, **ASKED)
    with pytest.raises(CannotWaive, match="is met"):
        waiving.ask_of_phase(unguided, "phase-3", "contract", by=ada, **ASKED)
    for phase, item in (("phase-3", "dance"), ("phase-9", "guide")):
        with pytest.raises(NoSuchItem, match="no item"):
            waiving.ask_of_phase(unguided, phase, item, by=ada, **ASKED)
    with pytest.raises(CannotWaive, match="Somebody other"):
        waiving.decide(asked, by=ada, approved=True)


@pytest.mark.parametrize("of", ["both", "neither"])
def test_the_database_holds_that_it_is_of_a_worker_or_of_a_phase(unguided: Migration, ada: User, of: str):
    whose = (
        {"worker": Worker.objects.first(), "migration": unguided, "phase": "phase-3"} if of == "both" else {}
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.create(item="guide", asked_by=ada, **ASKED, **whose)


def test_an_engineer_asks_on_the_board_a_lead_approves_and_everybody_sees_it(
    unguided: Migration, ada: User, lea: User, client: Client
):
    client.force_login(ada)
    page = f"/m/{unguided.key}/phases/phase-3/items/guide/waiver"
    assert f'href="{page}"' in client.get(unguided.get_absolute_url()).text
    assert "The migration guide exists" in client.get(page).text
    assert client.post(page, {"reason": " ", "until": today()}).status_code == 422
    answer = client.post(page, ASKED)
    assert answer.headers["Location"] == f"{unguided.get_absolute_url()}#phase-phase-3"
    assert client.post(page, ASKED).status_code == 409
    waivers = f"/m/{unguided.key}/waivers"
    client.force_login(lea)
    assert "of the phase phase-3" in client.get(waivers).text
    client.post(f"/waivers/{Waiver.objects.get().pk}/decide", {"approved": "1"})
    shown = client.get(unguided.get_absolute_url()).text
    assert "asked for by <strong>ada</strong>" in shown
    assert "#i-skipped" in shown
    client.post(f"/waivers/{Waiver.objects.get().pk}/withdraw")
    assert Waiver.objects.get().state == "withdrawn"


def test_the_past_has_the_waivers_of_its_time(
    unguided: Migration, ada: User, lea: User, sample: Path, scanned: Callable[[], None]
):
    waiving.decide(waiving.ask_of_phase(unguided, "phase-3", "guide", by=ada, **ASKED), by=lea, approved=True)
    before = Scan.objects.latest("pk").commit
    (sample / "README.md").write_text("Changed.")
    commit(sample)
    scanned()
    waiving.withdraw(Waiver.objects.get(), by=lea)
    at = then(unguided, before)
    assert at is not None
    assert board_then(unguided, at).phases[-1].done
    assert not last_phase(unguided).done
    assert not Notice.objects.exists(), "a withdrawal is no lapse"
