"""People tick; a tick is never overwritten, and a stale page is noticed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries as audit
from migration_tracker.audit import verification
from migration_tracker.checklists import queries, services
from migration_tracker.checklists.errors import MetAlready, NoSuchItem, NothingToVouchFor, Overtaken
from migration_tracker.checklists.models import Tick
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Worker
from tests.conftest import commit

pytestmark = pytest.mark.django_db

ITEM = "consume-loop"


@pytest.fixture
def direct(scanned: Callable[[], None]) -> Worker:
    """The sample's direct worker, scanned."""
    scanned()
    return Worker.objects.get(observations__status="direct")


def state(worker: Worker, item: str = ITEM) -> queries.ItemState:
    observation = inventory.current(worker)
    assert observation is not None
    found = queries.item(observation, item)
    assert found is not None
    return found


def test_a_tick_is_kept_with_its_audit_entry(direct: Worker, ada: User):
    services.tick(direct, ITEM, by=ada, ticked=True, note="saw it")
    seen = state(direct)
    assert seen.tick is not None
    assert (seen.tick.by, seen.tick.note, seen.tick_is_current) == (ada, "saw it", True)
    entry = audit.about(direct).first()
    assert entry is not None
    assert entry.action == "item.ticked"
    assert entry.detail["note"] == "saw it"
    assert verification.verify(direct.migration.chain).flaw == ""


def test_a_tick_asks_little_of_the_database_and_less_while_it_holds_the_chain(direct: Worker, ada: User):
    """Whoever else changes something in the migration waits for as long as the chain is held."""
    services.tick(direct, "one-message", by=ada, ticked=True)  # the roll is in memory, as after any page
    worker = Worker.objects.select_related("migration").get(pk=direct.pk)
    with CaptureQueriesContext(connection) as asked:
        services.tick(worker, ITEM, by=ada, ticked=True)
    statements = [query["sql"] for query in asked.captured_queries]
    held = next(number for number, said in enumerate(statements) if '"audit_chain"' in said)
    assert len(statements) <= 24
    assert len(statements) - held <= 15


def test_the_item_that_a_tick_gives_is_the_one_that_is_read_next(direct: Worker, ada: User):
    assert services.tick(direct, ITEM, by=ada, ticked=True, note="saw it") == state(direct)


def test_a_tick_does_not_outvote_the_code(direct: Worker, ada: User):
    assert state(direct).verdict == "unmet"
    services.tick(direct, ITEM, by=ada, ticked=True)
    assert state(direct).verdict == "unmet"
    assert "ada ticked" in state(direct).disagreement
    assert "the code says otherwise" in state(direct).disagreement


def test_what_the_code_meets_needs_nobodys_word(client: Client, direct: Worker, ada: User):
    migrated = direct.migration.workers.get(observations__status="migrated")
    assert state(migrated).verdict == "met"
    with pytest.raises(MetAlready, match="the code meets"):
        services.tick(migrated, ITEM, by=ada, ticked=True)
    client.force_login(ada)
    form = {"ticked": "1", "seen": "0", "note": "me too"}
    answer = client.post(
        f"{migrated.get_absolute_url()}items/{ITEM}/tick", form, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert "Not recorded: the code meets" in answer.text
    assert not Tick.objects.exists()
    assert not audit.about(migrated).filter(action="item.ticked").exists()


def test_unticking_keeps_the_tick_in_the_past(direct: Worker, ada: User):
    first = services.tick(direct, ITEM, by=ada, ticked=True)
    services.tick(direct, ITEM, by=ada, ticked=False, seen=first.seen)
    assert state(direct).tick is None
    assert list(Tick.objects.values_list("ticked", flat=True)) == [False, True]


def test_the_second_of_two_people_is_told(direct: Worker, ada: User, person: Callable[..., User]):
    ben = person("ben", "engineer")
    services.tick(direct, ITEM, by=ada, ticked=True)
    with pytest.raises(Overtaken, match=r"Not recorded: ada ticked it at \d\d:\d\d UTC"):
        services.tick(direct, ITEM, by=ben, ticked=True, seen=0)
    assert Tick.objects.count() == 1


def test_ticking_what_is_ticked_records_nothing(direct: Worker, ada: User):
    first = services.tick(direct, ITEM, by=ada, ticked=True)
    with pytest.raises(Overtaken, match="it is so already"):
        services.tick(direct, ITEM, by=ada, ticked=True, seen=first.seen)


def test_a_change_of_the_code_makes_a_tick_old(
    direct: Worker, ada: User, sample: Path, scanned: Callable[[], None]
):
    services.tick(direct, ITEM, by=ada, ticked=True)
    observation = inventory.current(direct)
    assert observation is not None
    file = sample / observation.path
    file.write_text(file.read_text() + "\nTOUCHED = True\n")
    commit(sample)
    scanned()
    assert state(direct).tick is not None
    assert not state(direct).tick_is_current


def test_an_unknown_item_is_refused(direct: Worker, ada: User):
    with pytest.raises(NoSuchItem, match="no checklist item “dance”"):
        services.tick(direct, "dance", by=ada, ticked=True)


def test_a_worker_that_is_gone_cannot_be_vouched_for(direct: Worker, ada: User):
    gone = Worker.objects.create(migration=direct.migration, name="claimx/gone", domain="claimx")
    with pytest.raises(NothingToVouchFor, match="not in the latest scan"):
        services.tick(gone, ITEM, by=ada, ticked=True)


class TestThePage:
    """The same through the browser's requests."""

    @pytest.fixture
    def signed_in(self, client: Client, ada: User) -> Client:
        client.force_login(ada)
        return client

    def url(self, worker: Worker, item: str = ITEM) -> str:
        return f"/m/{worker.migration.key}/w/{worker.name}/items/{item}/tick"

    def test_with_htmx_the_item_comes_back(self, signed_in: Client, direct: Worker):
        answer = signed_in.post(
            self.url(direct), {"ticked": "1", "note": "saw it", "seen": "0"}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 200
        assert answer.headers["HX-Trigger"] == '{"worker-changed": {}}'
        assert f'id="item-{ITEM}"' in answer.text
        assert "saw it" in answer.text

    def test_without_javascript_the_page_comes_back(self, signed_in: Client, direct: Worker):
        answer = signed_in.post(self.url(direct), {"ticked": "1", "note": "", "seen": "0"}, follow=True)
        assert answer.redirect_chain == [(direct.get_absolute_url(), 302)]
        assert Tick.objects.get().ticked

    def test_a_stale_page_keeps_what_was_typed(
        self, signed_in: Client, direct: Worker, person: Callable[..., User]
    ):
        services.tick(direct, ITEM, by=person("ben", "engineer"), ticked=True)
        answer = signed_in.post(
            self.url(direct),
            {"ticked": "1", "note": "my long note", "seen": "0"},
            headers={"HX-Request": "true"},
        )
        assert answer.status_code == 409
        assert "ben ticked it" in answer.text
        assert "my long note" in answer.text

    def test_nonsense_is_answered_plainly(self, signed_in: Client, direct: Worker):
        answer = signed_in.post(self.url(direct), {"ticked": "maybe"}, headers={"HX-Request": "true"})
        assert answer.status_code == 422
        assert "Not recorded" in answer.text
        assert not Tick.objects.exists()

    def test_an_item_that_is_gone_is_answered_in_words(self, signed_in: Client, direct: Worker):
        tick = {"ticked": "1", "seen": "0"}
        answer = signed_in.post(self.url(direct, "no-such"), tick, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (422, "text/plain")
        assert "no checklist item “no-such”" in answer.text
        page = signed_in.post(self.url(direct, "no-such"), tick, follow=True)
        assert "no checklist item “no-such”" in page.text

    def test_a_viewer_may_not_tick(self, client: Client, direct: Worker, person: Callable[..., User]):
        client.force_login(person("vic", "viewer"))
        answer = client.post(self.url(direct), {"ticked": "1", "seen": "0"})
        assert answer.status_code == 403
        assert not Tick.objects.exists()
