"""Two people at the same moment, stale pages, double clicks: one gets through, the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from migration_tracker.accounts.models import User
from migration_tracker.audit import verification
from migration_tracker.audit.models import Entry
from migration_tracker.checklists import services, waiving
from migration_tracker.checklists.models import Tick, Waiver, today
from migration_tracker.dashboard import standings
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Worker
from tests.checklists.test_ticks import ITEM, direct
from tests.smoke.test_runs import end

__all__ = ["direct"]

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ben(person: Callable[..., User]) -> User:
    """Another engineer."""
    return person("ben", "engineer")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at_once(*deeds: Callable[[], int]) -> list[int]:
    """Do them all at the same moment, each on a connection of its own; what they gave, sorted."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], int]) -> int:
        try:
            start.wait(30)
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return sorted(threads.map(do, deeds))


def entries(worker: Worker, action: str) -> int:
    """How many such entries there are in a chain that nobody has broken."""
    assert verification.verify(worker.migration.chain).flaw == ""
    return Entry.objects.filter(subject_id=str(worker.pk), action=action).count()


def test_of_two_who_tick_one_is_told_and_gets_the_note_back(direct: Worker, ada: User, ben: User):
    page = f"{direct.get_absolute_url()}items/{ITEM}/tick"
    notes = {ada: "ada's note", ben: "ben's note"}
    kept: list[str] = []

    def tick(client: Client, note: str) -> int:
        answer = client.post(page, {"ticked": "1", "note": note, "seen": "0"}, headers=HTMX)
        kept.append(answer.text.replace("&#x27;", "'"))
        return answer.status_code

    clients = {user: signed_in(user) for user in notes}
    told = at_once(*(lambda u=user: tick(clients[u], notes[u]) for user in notes))
    assert told == [200, 409]
    assert (Tick.objects.count(), entries(direct, "item.ticked")) == (1, 1)
    assert all(any(note in text for text in kept) for note in notes.values())


def test_of_two_who_ask_for_a_waiver_one_is_told(direct: Worker, ada: User, ben: User):
    page = f"{direct.get_absolute_url()}items/{ITEM}/waiver"
    asked = {"reason": "It waits for the plugin.", "until": today()}
    clients = [signed_in(ada), signed_in(ben), signed_in(ada)]  # ada clicks twice
    told = at_once(*(lambda c=client: c.post(page, asked).status_code for client in clients))
    assert told == [302, 409, 409]
    assert (Waiver.objects.count(), entries(direct, "waiver.asked")) == (1, 1)


def test_of_two_leads_who_decide_the_first_counts_and_a_stale_page_changes_nothing(
    direct: Worker, ada: User, person: Callable[..., User]
):
    waiver = waiving.ask(direct, ITEM, by=ada, reason="later", until=today())
    page = f"/waivers/{waiver.pk}/decide"
    clients = [signed_in(person(name, "lead")) for name in ("lea", "lou")]
    at_once(
        lambda: clients[0].post(page, {"approved": "1"}).status_code,
        lambda: clients[1].post(page, {"approved": "0"}).status_code,
    )
    decided = Waiver.objects.get()
    assert decided.state in ("approved", "declined")
    assert entries(direct, "waiver.approved") + entries(direct, "waiver.declined") == 1
    stale = clients[0].post(page, {"approved": "0"}, follow=True).text
    assert f"it is {decided.state} already" in stale
    assert Waiver.objects.get().state == decided.state


def test_a_double_click_on_withdraw_is_one_withdrawal(direct: Worker, ada: User):
    waiver = waiving.ask(direct, ITEM, by=ada, reason="later", until=today())
    clients = [signed_in(ada), signed_in(ada)]
    at_once(*(lambda c=c: c.post(f"/waivers/{waiver.pk}/withdraw").status_code for c in clients))
    assert (Waiver.objects.get().state, entries(direct, "waiver.withdrawn")) == ("withdrawn", 1)


def test_of_two_who_give_a_worker_away_one_is_told_what_the_other_did_and_what_was_typed(
    direct: Worker, ada: User, ben: User
):
    page = f"/m/{direct.migration.key}/w/{direct.name}/assign"
    wanted = {"Grace": signed_in(ada), "Alan": signed_in(ben)}
    form = {"seen": direct.assignment, "issue": "https://issues.example.org/7"}

    def give(owner: str) -> int:
        return wanted[owner].post(page, {**form, "owner": owner}, headers=HTMX).status_code

    assert at_once(lambda: give("Grace"), lambda: give("Alan")) == [204, 409]
    owner = Worker.objects.get(pk=direct.pk).owner
    [other] = wanted.keys() - {owner}
    assert entries(direct, "worker.assigned") == 1
    shown = wanted[other].get(direct.get_absolute_url()).text
    assert f"it was given to {owner}" in shown
    assert f"You wrote: owner {other}, issue https://issues.example.org/7" in shown
    assert at_once(*(lambda: give(owner) for _ in range(2))) == [204, 204], "so already: a double click"
    assert entries(direct, "worker.assigned") == 1


def test_writers_of_the_same_and_of_other_standings_leave_what_the_witnesses_say(
    direct: Worker, ada: User, ben: User
):
    """Each hears the witnesses in a transaction of its own; whoever comes second must have heard both."""
    migrated = Worker.objects.get(observations__status="migrated")
    marks = set()

    def tick(worker: Worker, item: str, by: User) -> int:
        return services.tick(Worker.objects.get(pk=worker.pk), item, by=by, ticked=True).seen

    scan = inventory.latest_scan(direct.migration)
    assert scan is not None
    unmet = [item.key for item in scan.definition.items if item.witness == "scanner"][:2]
    for round_number in range(3):
        Tick.objects.all().delete()
        at_once(
            lambda: tick(direct, "one-message", ada),
            lambda: tick(direct, ITEM, ben),
            lambda: end(Worker.objects.get(pk=migrated.pk), "kafka", "passed").pk,
            lambda n=round_number: (
                end(Worker.objects.get(pk=direct.pk), "eventhub", "failed", f"died {n}").pk
            ),
        )
        told = standings.kept(direct.migration)
        assert told == standings.heard(scan)
        assert next(line for line in told if line.worker == direct.pk).disputes == len(unmet)
        assert next(line for line in told if line.worker == migrated.pk).kafka == "passed"
        marks.add(standings.summary(direct.migration, scan).heard)
    assert len(marks) == 3
