"""The pages a team reads: every one answers, and what they say is what was found."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from migration_tracker.accounts.models import User
from migration_tracker.checklists import services as checklists
from migration_tracker.checklists.queries import PhaseItemState
from migration_tracker.dashboard.board import Phase, board
from migration_tracker.dashboard.rows import of_scan
from migration_tracker.dashboard.standings import refresh
from migration_tracker.inventory import services as inventory
from migration_tracker.inventory.models import HistoryReading, Migration, Observation, Scan, Worker
from migration_tracker.inventory.tasks import read_history, run_scan
from migration_tracker.jobs import State
from migration_tracker.smoke import services as smoke
from migration_tracker.smoke.models import SmokeRun, Transport
from tests.conftest import commit
from tests.smoke.test_runs import end

pytestmark = pytest.mark.django_db


@pytest.fixture
def migration(scanned: Callable[[], None]) -> Migration:
    scanned()
    return Migration.objects.get()


@pytest.fixture
def reader(client: Client, person: Callable[..., User]) -> Client:
    client.force_login(person("vic", "viewer"))
    return client


def worker_with(status: str) -> Worker:
    return Worker.objects.filter(observations__status=status).distinct().get()


class TestTheBoard:
    def test_it_counts_what_the_scan_found(self, migration: Migration):
        progress = board(migration).progress
        assert (progress.total, progress.migrated, progress.direct, progress.proven) == (2, 1, 1, 0)

    def test_clean_code_and_a_pass_on_both_transports_prove_a_worker(self, migration: Migration):
        migrated = worker_with("migrated")
        end(migrated, "kafka", "passed")
        assert board(migration).progress.proven == 0
        end(migrated, "eventhub", "passed")
        assert board(migration).progress.proven == 1

    def test_no_tick_proves_a_worker(self, migration: Migration, ada: User):
        direct = worker_with("direct")
        for transport in Transport.values:
            end(direct, transport, "passed")
        [row] = of_scan(Scan.objects.latest("pk"), [direct.pk])
        for item in filter(lambda item: item.tickable, row.items):
            checklists.tick(direct, item.key, by=ada, ticked=True)
        assert board(migration).progress.proven == 0

    def test_a_change_of_the_code_voids_the_proof(
        self, migration: Migration, sample: Path, scanned: Callable[[], None]
    ):
        migrated = worker_with("migrated")
        for transport in Transport.values:
            end(migrated, transport, "passed")
        file = sample / migrated.observations.get().path
        file.write_text(file.read_text() + "\nTOUCHED = True\n")
        commit(sample)
        scanned()
        now = board(migration)
        assert now.progress.proven == 0
        [row] = of_scan(Scan.objects.latest("pk"), [migrated.pk])
        assert all(cell.reproving for cell in row.cells)
        assert now.disagreements() == [], "it is being proven anew; only a failure is news"
        for transport in Transport.values:
            end(migrated, transport, "error")
        assert any("older than the code" in d.text for d in board(migration).disagreements())

    def test_migrated_code_that_fails_is_a_disagreement(self, migration: Migration):
        end(worker_with("migrated"), "eventhub", "failed", "it died")
        [disagreement] = board(migration).disagreements()
        assert "fails on eventhub: it died" in disagreement.text

    def test_a_run_that_cannot_tell_does_not_end_a_disagreement(self, migration: Migration):
        end(worker_with("migrated"), "eventhub", "failed", "it died")
        end(worker_with("migrated"), "eventhub", "error", "the broker died")
        [disagreement] = board(migration).disagreements()
        assert "fails on eventhub: it died" in disagreement.text

    def test_a_tick_against_the_code_is_a_disagreement(self, migration: Migration, ada: User):
        checklists.tick(worker_with("direct"), "consume-loop", by=ada, ticked=True)
        [disagreement] = board(migration).disagreements()
        assert "ada ticked" in disagreement.text

    def test_the_number_of_queries_does_not_grow_with_the_workers(
        self, migration: Migration, django_assert_num_queries: DjangoAssertNumQueries
    ):
        for worker in Worker.objects.all():
            for transport in Transport.values:
                end(worker, transport, "passed")
        with django_assert_num_queries(6):  # what wrote the standings keeps them
            whole = board(migration)
            assert whole.progress
            assert whole.phases
            assert whole.criteria == []
            assert whole.disagreements() == []


def test_a_phase_is_done_when_its_workers_are_proven_and_its_items_met():
    met, unmet = (PhaseItemState("item", "A guide", verdict, "") for verdict in ("met", "unmet"))

    def done(total: int, proven: int, *items: PhaseItemState) -> bool:
        return Phase("p", "P", None, total, total, proven, items).done

    assert done(2, 2, met)
    assert done(0, 0, met)
    assert not done(2, 1, met), "migrated is not proven"
    assert not done(2, 2, met, unmet)
    assert not done(0, 0), "it asks for nothing"


class TestTheCriteria:
    @pytest.fixture
    def verdicts(self, sample: Path, scanned: Callable[[], None]) -> Callable[[], dict[str, str]]:
        """Adds criteria to the sample's definition and scans it; called, it says how each stands."""
        file = sample / "migration.toml"
        file.write_text(
            file.read_text()
            + """
[[criteria]]
key = "on-kafka"
title = "Works with Kafka"
workers = ["claimx/**"]
transport = "kafka"

[[criteria]]
key = "no-bootstrap-failure"
title = "No bootstrap failure"
workers = ["claimx/**"]
transport = "eventhub"
never = "kafka-bootstrap"
"""
        )
        commit(sample)
        scanned()
        return lambda: {one.criterion.key: one.verdict for one in board(Migration.objects.get()).criteria}

    def test_they_are_judged_by_the_runs_on_the_present_code(self, verdicts, reader: Client):
        workers = Worker.objects.filter(domain="claimx")
        assert verdicts() == {"on-kafka": "unknown", "no-bootstrap-failure": "unknown"}
        for worker in workers:
            end(worker, "kafka", "passed")
            run = end(worker, "eventhub", "failed", "it died")
        assert verdicts() == {"on-kafka": "met", "no-bootstrap-failure": "met"}
        SmokeRun.objects.filter(pk=run.pk).update(cause={"kind": "kafka-bootstrap", "text": "…"})
        refresh(Migration.objects.get())
        assert verdicts() == {"on-kafka": "met", "no-bootstrap-failure": "unmet"}
        page = reader.get(Migration.objects.get().get_absolute_url()).text
        assert "shows kafka-bootstrap" in page


class TestThePages:
    def test_the_list_leads_to_the_migration(self, reader: Client, migration: Migration):
        page = reader.get("/").text
        assert migration.name in page
        assert migration.get_absolute_url() in page

    def test_the_list_tells_of_a_first_scan_on_its_way_and_of_one_that_failed(
        self, reader: Client, sample: Path, scanned: Callable[[], None]
    ):
        inventory.request_scan(inventory.register(sample, by=None), by=None)
        page = reader.get("/").text
        assert "The first scan is on its way" in page
        assert 'hx-trigger="every 2s' in page
        run_scan(Scan.objects.get().pk)
        (sample / "migration.toml").write_text("name = 3\n")
        scanned()
        page = reader.get("/").text
        assert "The last scan failed" in page
        assert "0</strong> proven" in page

    def test_the_migration_shows_every_worker_and_its_status(self, reader: Client, migration: Migration):
        page = reader.get(migration.get_absolute_url()).text
        for worker in Worker.objects.all():
            assert worker.get_absolute_url() in page
        assert "direct" in page
        assert "migrated" in page

    def test_a_worker_shows_the_line_that_makes_it_direct(self, reader: Client, migration: Migration):
        worker = worker_with("direct")
        found = worker.observations.get().findings.filter(rule="direct-client", kind="call").first()
        assert found is not None
        page = reader.get(worker.get_absolute_url()).text
        assert "hll" in page
        assert f"{found.path}:{found.line}" in page
        assert "AIOKafkaConsumer" in page

    def test_a_worker_that_vanished_is_removed_and_counts_as_not_done(
        self, reader: Client, migration: Migration, sample: Path, scanned: Callable[[], None]
    ):
        worker = worker_with("migrated")
        for transport in Transport.values:
            end(worker, transport, "passed")
        assert board(migration).progress.proven == 1
        (sample / worker.observations.get().path).unlink()
        commit(sample)
        scanned()
        progress = board(migration).progress
        assert (progress.total, progress.removed, progress.migrated, progress.proven) == (2, 1, 0, 0)
        assert reader.get(worker.get_absolute_url()).status_code == 200
        page = reader.get(f"{migration.get_absolute_url()}?status=removed").text
        assert worker.get_absolute_url() in page
        assert worker_with("direct").get_absolute_url() not in page[page.index('id="matrix"') :]

    def test_a_worker_that_was_renamed_is_not_removed(
        self, migration: Migration, sample: Path, scanned: Callable[[], None]
    ):
        file = sample / worker_with("migrated").observations.get().path
        file.rename(file.with_name("renamed_worker.py"))
        commit(sample)
        scanned()
        read_history(HistoryReading.objects.active().get().pk)
        progress = board(migration).progress
        assert (progress.total, progress.removed, progress.migrated) == (2, 0, 1)

    def test_a_migration_that_was_never_scanned_says_so(self, reader: Client, sample: Path):
        migration = inventory.register(sample, by=None)
        page = reader.get(migration.get_absolute_url())
        assert page.status_code == 200
        assert "Nothing is known yet" in page.text

    def test_a_scan_that_failed_is_told_and_the_last_good_one_stays(
        self, reader: Client, migration: Migration, sample: Path, scanned: Callable[[], None]
    ):
        (sample / "migration.toml").write_text("name = 3\n")
        scanned()
        page = reader.get(migration.get_absolute_url()).text
        assert "migration.toml:1" in page
        assert worker_with("direct").get_absolute_url() in page

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("status=direct", ["direct"]),
            ("status=migrated", ["migrated"]),
            ("status=proven", []),
            ("q=no-such-worker", []),
            ("status=removed", []),
            ("domain=claimx", ["migrated"]),
            ("result=never", ["direct"]),
            ("result=failed", ["migrated"]),
            ("result=failed&broker=stand-in", ["migrated"]),
            ("broker=real", ["direct", "migrated"]),
            ("page=99", ["direct", "migrated"]),
            ("status=nonsense", ["direct", "migrated"]),
        ],
    )
    def test_the_matrix_is_filtered_from_the_address_bar(self, reader, migration, query, shown):
        run = end(worker_with("migrated"), "kafka", "failed", "it died")
        SmokeRun.objects.filter(pk=run.pk).update(broker="stand-in")
        refresh(migration)
        end(worker_with("migrated"), "eventhub", "passed")
        end(worker_with("direct"), "kafka", "passed")
        page = reader.get(f"{migration.get_absolute_url()}?{query}").text
        page = page[page.index('id="matrix"') :]
        for status in ("direct", "migrated"):
            assert (worker_with(status).get_absolute_url() in page) == (status in shown)

    def test_the_matrix_is_sorted_from_the_address_bar(self, reader: Client, migration: Migration):
        def order(sort: str) -> list[str]:
            page = reader.get(f"{migration.get_absolute_url()}?sort={sort}").text
            page = page[page.index("<tbody", page.index('id="matrix"')) :]
            return sorted(("direct", "migrated"), key=lambda s: page.index(worker_with(s).get_absolute_url()))

        end(worker_with("direct"), "eventhub", "failed", "it died")
        assert order("eventhub") == ["direct", "migrated"]
        assert order("-eventhub") == ["migrated", "direct"]
        assert order("checklist") == ["direct", "migrated"]
        assert order("nonsense") == order("")

    def test_a_long_matrix_has_pages_that_keep_what_was_chosen(self, reader: Client, migration: Migration):
        scan = Scan.objects.get()
        workers = Worker.objects.bulk_create(
            Worker(migration=migration, name=f"bulk/w{number:03}", domain="bulk") for number in range(150)
        )
        Observation.objects.bulk_create(
            Observation(scan=scan, worker=w, path=f"{w.name}.py", status="direct", fingerprint="f")
            for w in workers
        )
        refresh(migration)
        first = reader.get(f"{migration.get_absolute_url()}?domain=bulk").text
        assert "Page 1 of 3" in first
        assert 'href="?domain=bulk&amp;page=2"' in first
        second = reader.get(f"{migration.get_absolute_url()}?domain=bulk&page=3").text
        assert workers[149].get_absolute_url() in second
        assert workers[0].get_absolute_url() not in second

    @pytest.mark.parametrize("path", ["/m/no-such/", "/m/{key}/w/no/such/", "/smoke/999/"])
    def test_what_is_not_there_is_a_plain_page(self, reader: Client, migration: Migration, path: str):
        answer = reader.get(path.format(key=migration.key))
        assert answer.status_code == 404
        assert "<title>" in answer.text

    def test_findings_and_turns_link_to_where_the_definition_says(
        self, reader: Client, migration: Migration, sample: Path, scanned: Callable[[], None]
    ):
        file = sample / "migration.toml"
        address = "https://git.example.org/{commit}"
        file.write_text(
            f'{file.read_text()}\n[links]\nline = "{address}/{{path}}#L{{line}}"\ncommit = "{address}"\n'
        )
        tip = commit(sample)
        scanned()
        read_history(HistoryReading.objects.active().get().pk)
        worker = worker_with("direct")
        finding = worker.observations.latest("pk").findings.filter(kind="call").first()
        assert finding is not None
        page = reader.get(worker.get_absolute_url()).text
        assert f'href="https://git.example.org/{tip}/{finding.path}#L{finding.line}"' in page
        first = worker.turns.get().commit
        assert f'href="https://git.example.org/{first}"' in page
        assert f'href="https://git.example.org/{first}"' in reader.get(migration.get_absolute_url()).text

    def test_a_viewer_sees_no_button_that_would_refuse_them(self, reader: Client, migration: Migration):
        page = reader.get(migration.get_absolute_url()).text
        for action in ("/scan", "/smoke", "/tick"):
            assert f'action="/m/{migration.key}{action}' not in page

    def test_a_stranger_is_sent_to_sign_in(self, client: Client, migration: Migration):
        for path in ("/", migration.get_absolute_url(), worker_with("direct").get_absolute_url()):
            assert client.get(path).headers["Location"].startswith("/sign-in/")

    def test_code_and_logs_cannot_break_the_page(self, reader: Client, migration: Migration):
        worker = worker_with("migrated")
        run = end(worker, "kafka", "failed", "<script>alert(1)</script>")
        SmokeRun.objects.filter(pk=run.pk).update(log="</pre><script>alert(2)</script>", state=State.DONE)
        for path in (worker.get_absolute_url(), run.get_absolute_url(), migration.get_absolute_url()):
            assert "<script>alert" not in reader.get(path).text

    def test_the_page_allows_no_inline_script(self, reader: Client, migration: Migration):
        policy = reader.get("/").headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy


def test_scan_now_asks_once(client: Client, migration: Migration, ada: User):
    client.force_login(ada)
    for _ in range(2):
        assert client.post(f"/m/{migration.key}/scan").headers["Location"] == migration.get_absolute_url()
    assert migration.scans.active().count() == 1


def test_run_all_asks_for_every_cell(
    client: Client, migration: Migration, ada: User, person: Callable[..., User]
):
    leo = person("leo", "lead")
    client.force_login(leo)
    client.post(f"/m/{migration.key}/smoke", {"transport": "both"})
    assert SmokeRun.objects.active().count() == 4
    assert smoke.request(worker_with("direct"), ["kafka"], by=ada)[0].requested_by == leo
