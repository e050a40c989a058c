"""One asks for a waiver, another decides, time ends it; a waiver never makes an item met."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries as audit
from migration_tracker.audit import verification
from migration_tracker.checklists import queries, waiving
from migration_tracker.checklists.errors import CannotWaive, NoSuchItem, Overtaken
from migration_tracker.checklists.models import Waiver, today
from migration_tracker.checklists.signals import waiver_lapsed
from migration_tracker.checklists.tasks import lapse
from migration_tracker.checklists.waiver_views import PAGE
from migration_tracker.dashboard.board import board
from migration_tracker.dashboard.rows import of_scan
from migration_tracker.dashboard.standings import refresh
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Worker
from tests.checklists.test_ticks import ITEM, state
from tests.smoke.test_runs import end

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def direct(scanned: Callable[[], None]) -> Worker:
    scanned()
    return Worker.objects.get(observations__status="direct")


@pytest.fixture
def lea(person: Callable[..., User]) -> User:
    """A lead."""
    return person("lea", "lead")


@pytest.fixture
def asked(direct: Worker, ada: User) -> Waiver:
    return waiving.ask(direct, ITEM, by=ada, reason="the partner's API moves in May", until=today() + WEEK)


def pass_time(waiver: Waiver) -> None:
    """Make it a waiver whose last day was yesterday."""
    Waiver.objects.filter(pk=waiver.pk).update(until=today() - timedelta(days=1))


def test_what_is_asked_for_counts_only_once_it_is_approved(asked: Waiver, direct: Worker, lea: User):
    assert not state(direct).settled
    waiving.decide(asked, by=lea, approved=True, remark="until May, no longer")
    assert (state(direct).verdict, state(direct).waived, state(direct).settled) == ("unmet", True, True)
    actions = [entry.action for entry in audit.about(direct)[:2]]
    assert actions == ["waiver.approved", "waiver.asked"]
    assert verification.verify(direct.migration.chain).flaw == ""


def test_nobody_approves_what_they_asked_for_not_even_a_lead(direct: Worker, lea: User):
    own = waiving.ask(direct, ITEM, by=lea, reason="trust me", until=today())
    with pytest.raises(CannotWaive, match="other than who asked"):
        waiving.decide(own, by=lea, approved=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.filter(pk=own.pk).update(state="approved", decided_by=lea)
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.filter(pk=own.pk).update(state="approved")
    assert not state(direct).waived


def test_a_declined_one_counts_for_nothing_and_can_be_asked_for_again(
    asked: Waiver, direct: Worker, ada: User, lea: User
):
    waiving.decide(asked, by=lea, approved=False, remark="do it now")
    assert state(direct).waiver is None
    again = waiving.ask(direct, ITEM, by=ada, reason="really", until=today())
    assert (again.pk != asked.pk, asked.state) == (True, "declined")


def test_it_lapses_by_the_day_and_the_job_makes_that_news_once(asked: Waiver, direct: Worker, lea: User):
    waiving.decide(asked, by=lea, approved=True)
    pass_time(asked)
    assert not state(direct).waived  # no job has run yet
    heard: list[Waiver] = []

    def hear(waiver: Waiver, **_: object) -> None:
        heard.append(waiver)

    waiver_lapsed.connect(hear)
    try:
        lapse()
        lapse()
    finally:
        waiver_lapsed.disconnect(hear)
    assert [(waiver.pk, waiver.state) for waiver in heard] == [(asked.pk, "lapsed")]
    news = audit.about(direct).filter(action="waiver.lapsed")
    assert [entry.actor_name for entry in news] == ["the tracker"]
    assert "let the waiver of “consume-loop”" in news[0].sentence


def test_an_undecided_request_lapses_too_and_can_no_longer_be_approved(
    asked: Waiver, direct: Worker, ada: User, lea: User
):
    pass_time(asked)
    asked.refresh_from_db()
    with pytest.raises(CannotWaive, match="which is past"):
        waiving.decide(asked, by=lea, approved=True)
    again = waiving.ask(direct, ITEM, by=ada, reason="still", until=today())
    assert list(Waiver.objects.values_list("pk", "state")) == [(again.pk, "asked"), (asked.pk, "lapsed")]


@pytest.mark.parametrize(
    ("days", "reason", "why"),
    [(-1, "late", "Choose a day"), (184, "for ever", "Choose a day"), (1, "  ", "Say why")],
)
def test_a_waiver_needs_a_reason_and_an_end(direct: Worker, ada: User, days: int, reason: str, why: str):
    with pytest.raises(CannotWaive, match=why):
        waiving.ask(direct, ITEM, by=ada, reason=reason, until=today() + timedelta(days=days))
    assert not Waiver.objects.exists()


def test_an_unknown_or_met_item_cannot_be_waived(direct: Worker, ada: User):
    with pytest.raises(NoSuchItem):
        waiving.ask(direct, "dance", by=ada, reason="r", until=today())
    migrated = Worker.objects.get(observations__status="migrated")
    met = next(
        item.key
        for item in queries.items(*_scan_of(migrated))[migrated.pk]
        if item.met and item.witness == "scanner"
    )
    with pytest.raises(CannotWaive, match="is met"):
        waiving.ask(migrated, met, by=ada, reason="r", until=today())


def test_the_second_of_two_is_told(asked: Waiver, direct: Worker, ada: User, lea: User):
    with pytest.raises(Overtaken, match="is asked for already, by ada"):
        waiving.ask(direct, ITEM, by=ada, reason="again", until=today())
    stale = Waiver.objects.get(pk=asked.pk)
    waiving.decide(asked, by=lea, approved=True)
    with pytest.raises(Overtaken, match="it is approved already"):
        waiving.decide(stale, by=lea, approved=False)


def test_who_asked_or_a_lead_withdraws_it_and_nobody_else(
    asked: Waiver, direct: Worker, ada: User, lea: User, person: Callable[..., User]
):
    with pytest.raises(CannotWaive, match="Only ada"):
        waiving.withdraw(asked, by=person("ben", "engineer"))
    waiving.decide(asked, by=lea, approved=True)
    waiving.withdraw(asked, by=ada)
    assert state(direct).waiver is None


def test_clean_counts_what_is_waived_but_no_waiver_makes_a_direct_worker_clean(
    scanned: Callable[[], None], ada: User, lea: User
):
    scanned()
    [migration] = Migration.objects.all()
    scan = inventory.latest_scan(migration)
    assert scan is not None
    for row in of_scan(scan):
        for transport in ("kafka", "eventhub"):
            end(row.worker, transport, "passed")
    assert board(migration).progress.proven == 1
    migrated = Worker.objects.get(observations__status="migrated")
    migrated.evidence.filter(item="contract-docstring").update(verdict="unmet")
    refresh(migration)
    assert board(migration).progress.proven == 0
    for row in of_scan(scan):
        for item in row.items:
            if not item.met:
                asked = waiving.ask(row.worker, item.key, by=ada, reason="later", until=today())
                waiving.decide(asked, by=lea, approved=True)
    assert [line.worker for line in board(migration).lines if line.proven] == [migrated.pk]
    [proven] = [row for row in of_scan(scan) if row.proven]
    assert "1 item waived, the others met" in proven.witnesses.code.text


def _scan_of(worker: Worker) -> tuple[inventory.Scan, list[inventory.Observation]]:
    observation = inventory.current(worker)
    assert observation is not None
    return observation.scan, [observation]


class TestThePages:
    def test_an_engineer_asks_a_lead_approves_and_the_worker_shows_who_why_until(
        self, client: Client, direct: Worker, ada: User, lea: User
    ):
        client.force_login(ada)
        page = f"{direct.get_absolute_url()}items/{ITEM}/waiver"
        assert "Ask for it" in client.get(page).text
        until = today() + WEEK
        answer = client.post(page, {"reason": "<script>alert(1)</script>", "until": until}, follow=True)
        assert "Asked for." in answer.text
        assert "<script>alert" not in answer.text
        asked = Waiver.objects.get()
        waivers = f"/m/{direct.migration.key}/waivers"
        assert "Approve" not in client.get(waivers).text
        assert client.post(f"/waivers/{asked.pk}/decide", {"approved": "1"}).status_code == 403
        client.force_login(lea)
        assert "Approve" in client.get(waivers).text
        client.post(f"/waivers/{asked.pk}/decide", {"approved": "1", "remark": "fine"})
        shown = client.get(direct.get_absolute_url()).text
        for words in ("ada", "lea", "&lt;script&gt;alert(1)", f"{until:%Y-%m-%d}", "fine"):
            assert words in shown
        client.post(f"/waivers/{asked.pk}/withdraw")
        assert "withdrawn" in client.get(waivers).text

    def test_what_is_refused_is_said_beside_what_was_typed(self, client: Client, direct: Worker, ada: User):
        client.force_login(ada)
        page = f"{direct.get_absolute_url()}items/{ITEM}/waiver"
        for until, why in (("2020-01-01", "Choose a day"), ("soon", "Enter a valid date"), ("", "required")):
            answer = client.post(page, {"reason": "my long reason", "until": until})
            assert (answer.status_code, "my long reason" in answer.text) == (422, True)
            assert why in answer.text
        assert not Waiver.objects.exists()

    def test_a_decision_that_comes_too_late_is_said(
        self, client: Client, asked: Waiver, ada: User, lea: User
    ):
        waiving.withdraw(asked, by=ada)
        client.force_login(lea)
        answer = client.post(f"/waivers/{asked.pk}/decide", {"approved": "1"}, follow=True)
        assert "it is withdrawn already" in answer.text
        assert "choose to approve" in client.post(f"/waivers/{asked.pk}/decide", follow=True).text

    def test_each_kind_has_pages_and_a_waiver_is_found_on_its_own(
        self, client: Client, direct: Worker, ada: User, lea: User
    ):
        """More than a page of them, put in past the form that takes one an item."""
        day = today() + timedelta(days=1)
        pks = [
            Waiver.objects.create(
                worker=direct,
                item=f"item-{number}",
                reason="later",
                until=day,
                state="approved",
                asked_by=ada,
                decided_by=lea,
            ).pk
            for number in range(PAGE + 1)
        ]
        client.force_login(ada)
        waivers = f"/m/{direct.migration.key}/waivers"
        first, own = client.get(waivers).text, client.get(f"{waivers}?waiver={pks[0]}").text
        second = client.get(f"{waivers}?standing=2").text
        assert [f'id="waiver-{pks[0]}"' in page for page in (first, own, second)] == [False, True, True]
        assert [f'id="waiver-{pks[-1]}"' in page for page in (first, own, second)] == [True, False, False]
        assert 'href="?standing=2"' in first
        assert "Page 2 of 2" in own
        for odd in ("x", "9" * 30, str(pks[-1] + 1)):
            assert f'id="waiver-{pks[-1]}"' in client.get(f"{waivers}?waiver={odd}&standing=").text
