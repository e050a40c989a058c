"""A migration does not come to look better by asking less: a lead who did not write it must agree."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries as audit
from migration_tracker.audit import verification
from migration_tracker.dashboard.board import board
from migration_tracker.dashboard.burndown import burn_down
from migration_tracker.inventory.models import HistoryReading, Migration, Scan, Worker
from migration_tracker.inventory.tasks import read_history
from migration_tracker.scope import services
from migration_tracker.scope.errors import CannotDecide, Overtaken
from migration_tracker.scope.models import ScopeChange
from tests.conftest import commit
from tests.smoke.test_runs import end

pytestmark = pytest.mark.django_db

EXCLUDE = '\nexclude = ["src/pipeline/verisk/**"]\n\n[fingerprint]'


@pytest.fixture
def lea(person: Callable[..., User]) -> User:
    """A lead."""
    return person("lea", "lead")


@pytest.fixture
def narrow(sample: Path, scanned: Callable[[], None]) -> Callable[..., ScopeChange | None]:
    """Scans, replaces a text of the definition, commits, scans again; the change that waits since."""
    scanned()

    def change(old: str, new: str) -> ScopeChange | None:
        file = sample / "migration.toml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
        commit(sample, "Tidy up")
        scanned()
        return ScopeChange.objects.first()

    return change


@pytest.fixture
def left_out(narrow: Callable[..., ScopeChange | None]) -> ScopeChange:
    """The sample's direct worker was excluded, so that what is left looks migrated."""
    found = narrow("\n[fingerprint]", EXCLUDE)
    assert found is not None
    return found


def test_it_is_told_with_its_commit_its_author_and_the_workers_that_are_left_out(left_out: ScopeChange):
    assert left_out.texts == ["src/pipeline/verisk/** is now left out of the workers"]
    assert left_out.drops == ["verisk/workers/enrichment_worker"]
    [edit] = left_out.edits
    assert (edit["author"], edit["email"], edit["subject"]) == ("Ada", "ada@example.org", "Tidy up")
    assert edit["commit"] == left_out.after.commit
    [entry] = audit.about(left_out.migration).filter(action="scope.narrowed")
    assert "by Ada" in entry.sentence
    assert entry.detail["commits"] == [edit["commit"]]


def test_the_board_counts_who_was_left_out_and_no_phase_is_done_until_a_lead_agrees(
    left_out: ScopeChange, lea: User
):
    migration = left_out.migration
    for transport in ("kafka", "eventhub"):
        end(Worker.objects.get(domain="claimx"), transport, "passed")
    whole = board(migration)
    assert (whole.progress.total, whole.progress.removed, whole.progress.proven) == (2, 1, 1)
    assert whole.unapproved == [left_out]
    assert not any(phase.done or phase.agreed for phase in whole.phases)
    services.decide(left_out, by=lea, approved=True, reason="verisk is switched off in May")
    whole = board(migration)
    assert (whole.progress.total, whole.progress.removed, whole.progress.proven) == (1, 0, 1)
    assert whole.unapproved == []
    assert all(phase.agreed for phase in whole.phases)
    entry = audit.about(migration).first()
    assert entry is not None
    assert (entry.action, entry.detail["reason"]) == ("scope.approved", "verisk is switched off in May")
    assert verification.verify(migration.chain).flaw == ""


def test_a_worker_that_is_deleted_after_its_exclusion_was_taken_back_counts_as_removed(
    left_out: ScopeChange, lea: User, narrow: Callable[..., ScopeChange | None], sample: Path
):
    services.decide(left_out, by=lea, approved=True, reason="gone")
    (sample / "src/pipeline/verisk/workers/enrichment_worker.py").unlink()
    narrow(EXCLUDE, "\n[fingerprint]")
    left_out.refresh_from_db()
    assert left_out.state == "reverted"
    assert board(left_out.migration).progress.removed == 1


@pytest.mark.parametrize(
    "author", [{"username": "Ada"}, {"email": "ADA@example.org"}, {"username": "ada"}, {"first_name": "Ada"}]
)
def test_nobody_approves_what_they_wrote(
    left_out: ScopeChange, person: Callable[..., User], author: dict[str, str]
):
    who = person(author.pop("username", "someone"), "lead")
    User.objects.filter(pk=who.pk).update(**author)
    who.refresh_from_db()
    with pytest.raises(CannotDecide, match="other than who wrote"):
        services.decide(left_out, by=who, approved=True, reason="trust me")
    left_out.refresh_from_db()
    assert left_out.state == "waiting"


def test_a_declined_one_still_blocks_can_be_approved_later_and_ends_when_it_is_taken_back(
    left_out: ScopeChange, lea: User, narrow: Callable[..., ScopeChange | None]
):
    services.decide(left_out, by=lea, approved=False, reason="verisk stays")
    assert board(left_out.migration).unapproved == [left_out]
    with pytest.raises(Overtaken, match="declined already"):
        services.decide(left_out, by=lea, approved=False, reason="again")
    narrow(EXCLUDE, "\n[fingerprint]")
    left_out.refresh_from_db()
    assert left_out.state == "reverted"
    assert board(left_out.migration).unapproved == []
    with pytest.raises(Overtaken, match="reverted already"):
        services.decide(left_out, by=lea, approved=True, reason="too late")


def test_what_comes_back_waits_again(
    left_out: ScopeChange, lea: User, narrow: Callable[..., ScopeChange | None]
):
    services.decide(left_out, by=lea, approved=True, reason="for now")
    narrow(EXCLUDE, "\n[fingerprint]")
    again = narrow("\n[fingerprint]", EXCLUDE)
    assert again is not None
    assert (again.pk != left_out.pk, again.state) == (True, "waiting")


def test_a_definition_that_was_changed_without_a_commit_has_no_author_and_waits_all_the_same(
    sample: Path, scanned: Callable[[], None], lea: User
):
    scanned()
    file = sample / "migration.toml"
    file.write_text(file.read_text().replace("\n[fingerprint]", EXCLUDE))
    scanned()
    change = ScopeChange.objects.get()
    assert (change.edits, change.authors) == ([], [])
    assert services.decide(change, by=lea, approved=True, reason="seen").state == "approved"


def test_a_baseline_and_suppressions_that_grow_are_told_with_who_let_them(
    sample: Path, scanned: Callable[[], None]
):
    scanned()
    known = sample / "migration-baseline.txt"
    known.write_text(known.read_text() + "src/a.py::f direct-client aiokafka.AIOKafkaConsumer\n")
    commit(sample, "Let one in")
    scanned()
    worker = sample / "src/pipeline/verisk/workers/enrichment_worker.py"
    worker.write_text(worker.read_text() + "\nX = 1  # migration: allow(direct-client) it stays\n")
    commit(sample, "Allow one")
    scanned()
    allowed, baseline = ScopeChange.objects.all()
    assert "the baseline grew" in baseline.texts[0]
    assert [edit["subject"] for edit in baseline.edits] == ["Let one in"]
    assert "comments that allow the old client grew from 0 to 1" in allowed.texts[0]
    assert [edit["subject"] for edit in allowed.edits] == ["Allow one"]
    known.write_text("")
    commit(sample, "Burn down")
    scanned()
    baseline.refresh_from_db()
    assert baseline.state == "reverted"


def test_a_scan_that_failed_in_between_hides_nothing(
    sample: Path, scanned: Callable[[], None], narrow: Callable[..., ScopeChange | None]
):
    text = (sample / "migration.toml").read_text()
    (sample / "migration.toml").write_text("name = 3\n")
    commit(sample)
    scanned()
    (sample / "migration.toml").write_text(text)
    assert Scan.objects.exclude(error="").count() == 1
    assert narrow("\n[fingerprint]", EXCLUDE) is not None


class TestThePages:
    def test_the_board_says_that_the_scope_is_unapproved_and_marks_it_on_the_burn_down(
        self, left_out: ScopeChange, client: Client, person: Callable[..., User]
    ):
        client.force_login(person("vic", "viewer"))
        migration = left_out.migration
        read_history(HistoryReading.objects.active().get().pk)
        page = client.get(migration.get_absolute_url()).text
        assert "Unapproved scope" in page
        assert "src/pipeline/verisk/** is now left out of the workers" in page
        assert 'class="scope-mark"' in page
        [mark] = burn_down(migration, [left_out]).marks
        assert 0 <= float(mark.x) <= 1000
        changes = client.get(f"/m/{migration.key}/scope").text
        assert "Tidy up" in changes
        assert "Approve" not in changes.partition("<main")[2].partition("Approved, or")[0]
        badge = client.get(f"/api/v1/migrations/{migration.key}/badge.svg").text
        assert "by a scope that nobody approved" in badge

    def test_a_lead_decides_on_the_page_and_another_migrations_address_leads_nowhere(
        self, left_out: ScopeChange, client: Client, lea: User
    ):
        client.force_login(lea)
        other = Migration.objects.create(key="other", name="Other", location="/nowhere")
        said = {"approved": "1", "reason": "agreed in the planning"}
        assert client.post(f"/m/{other.key}/scope/{left_out.pk}/decide", said).status_code == 404
        address = f"/m/{left_out.migration.key}/scope/{left_out.pk}/decide"
        assert "say why" in client.post(address, {"approved": "1"}, follow=True).text
        page = client.post(address, said, follow=True).text
        assert "agreed in the planning" in page
        assert "Unapproved scope" not in client.get(left_out.migration.get_absolute_url()).text
