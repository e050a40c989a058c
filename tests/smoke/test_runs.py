"""Smoke runs in the tracker: asked for once, kept with their stages, evidence and audit entry, never lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from migration_tracker import probing
from migration_tracker.accounts.models import User
from migration_tracker.audit import queries as audit
from migration_tracker.checklists.models import Evidence
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Worker
from migration_tracker.jobs import MOST_ATTEMPTS, State
from migration_tracker.smoke import queries, services, tasks, testimony
from migration_tracker.smoke.errors import NothingToRun
from migration_tracker.smoke.models import Result, SmokeRun, Transport

pytestmark = pytest.mark.django_db


def report(run: SmokeRun, result: str, reason: str = "", level: str = "processed") -> probing.Report:
    """What a run says that ended with `result`; one that passed came as far as `level`."""
    stages = [
        probing.StageReport("boots", "Boots", probing.Result.PASSED, 0.4),
        probing.StageReport("ready", "Becomes ready", probing.Result(result), 1.5, reason, {"line": 3}),
    ]
    if level == "processed" and result == "passed":
        stages += [probing.StageReport(key, key, probing.Result.PASSED) for key in ("processes", "commits")]
    return probing.Report(
        worker=run.worker.name,
        transport=run.transport,
        result=probing.Result(result),
        broker="stand-in",
        stages=tuple(stages),
        reason=reason,
        cause=None,
        log="a log",
        started=datetime.now(UTC),
        seconds=1.9,
    )


def end(worker: Worker, transport: str, result: str, reason: str = "", level: str = "processed") -> SmokeRun:
    """A run that has ended; the one that is queued for the cell, if there is one."""
    [run] = services.request(worker, [transport], by=None)
    claimed = SmokeRun.objects.claim(run.pk)
    assert testimony.finish(claimed, report(claimed, result, reason, level))
    return claimed


def cell(worker: Worker, transport: str) -> queries.Cell:
    observation = inventory.current(worker)
    assert observation is not None
    return next(
        c for c in queries.cells(observation.scan, [observation])[worker.pk] if c.transport == transport
    )


def test_two_clicks_make_one_run(worker: Worker, ada: User):
    first = services.request(worker, Transport.values, by=ada)
    second = services.request(worker, Transport.values, by=ada)
    assert first == second
    assert SmokeRun.objects.count() == 2
    assert audit.about(worker).filter(action="smoke.requested").count() == 2


def test_a_run_is_kept_with_its_stages_and_its_audit_entry(worker: Worker):
    run = end(worker, "kafka", "failed", "exited with code 1")
    assert [(s.key, s.result, s.detail) for s in run.present_stages] == [
        ("boots", "passed", ""),
        ("ready", "failed", "exited with code 1"),
    ]
    assert (run.state, run.result, run.broker, run.log) == (State.DONE, "failed", "stand-in", "a log")
    entry = audit.about(worker).first()
    assert entry is not None
    assert entry.detail["result"] == "failed"
    assert entry.detail["broker"] == "stand-in"


def test_a_stage_shows_while_the_run_goes_on(worker: Worker):
    [run] = services.request(worker, ["kafka"], by=None)
    claimed = SmokeRun.objects.claim(run.pk)
    testimony.hear_stage(claimed, 0, probing.StageReport("boots", "Boots", probing.Result.RUNNING))
    assert [s.result for s in claimed.present_stages] == ["running"]
    testimony.hear_stage(claimed, 0, probing.StageReport("boots", "Boots", probing.Result.PASSED, 0.2))
    assert [s.result for s in SmokeRun.objects.get().present_stages] == ["passed"]


@pytest.mark.parametrize(
    ("kafka", "eventhub", "verdict", "reason"),
    [
        ("passed", "passed", "met", "Passed on kafka and on eventhub."),
        ("passed", "failed", "unmet", "failed on eventhub: it died"),
        ("passed", None, "unknown", "Not yet run to an end on eventhub."),
        ("passed", "error", "unknown", "Not yet run to an end on eventhub."),
    ],
)
def test_the_runs_testify_for_the_item_that_is_theirs(worker, kafka, eventhub, verdict, reason):
    end(worker, "kafka", kafka)
    if eventhub:
        end(worker, "eventhub", eventhub, "" if eventhub == "passed" else "it died")
    evidence = Evidence.objects.filter(witness="smoke", item="both-transports").first()
    assert evidence is not None
    assert (evidence.verdict, evidence.reason) == (verdict, reason)


def test_an_error_of_the_harness_never_counts_against_the_worker(worker: Worker):
    end(worker, "kafka", "passed")
    end(worker, "kafka", "error", "the broker did not start")
    assert cell(worker, "kafka").result == "error"
    assert cell(worker, "kafka").proves


def test_an_attempt_given_up_as_lost_cannot_end_the_run(worker: Worker):
    [run] = services.request(worker, ["kafka"], by=None)
    dead = SmokeRun.objects.claim(run.pk)
    SmokeRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
    tasks.reconcile()
    alive = SmokeRun.objects.claim(run.pk)
    assert not testimony.finish(dead, report(dead, "failed", "too late"))
    assert testimony.finish(alive, report(alive, "passed"))
    assert SmokeRun.objects.get().result == "passed"


def test_a_run_lost_too_often_is_an_error_not_a_failure(worker: Worker):
    [run] = services.request(worker, ["kafka"], by=None)
    for _ in range(MOST_ATTEMPTS):
        SmokeRun.objects.claim(run.pk)
        SmokeRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
        tasks.reconcile()
    run.refresh_from_db()
    assert (run.state, run.result) == (State.DONE, Result.ERROR)
    assert "lost 3 times" in run.reason


def test_a_queued_run_is_cancelled_at_once(worker: Worker, ada: User):
    [run] = services.request(worker, ["kafka"], by=ada)
    assert services.cancel(run, by=ada)
    run.refresh_from_db()
    assert (run.state, run.result) == (State.DONE, Result.CANCELLED)
    assert SmokeRun.objects.claim(run.pk) is None
    assert not services.cancel(run, by=ada), "it is over already"


def test_a_worker_that_is_gone_cannot_be_run(worker: Worker):
    gone = Worker.objects.create(migration=worker.migration, name="claimx/gone", domain="claimx")
    with pytest.raises(NothingToRun, match="not in the latest scan"):
        services.request(gone, ["kafka"], by=None)


@pytest.mark.broker
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_job_boots_the_scanned_commit_and_keeps_what_it_saw(worker: Worker, sample: Path):
    observation = inventory.current(worker)
    assert observation is not None
    (sample / observation.path).write_text("raise SystemExit('the work tree is not what was scanned')")
    before = set(settings.CHECKOUTS.iterdir())
    [run] = services.request(worker, ["kafka"], by=None)
    tasks.run_smoke(run.pk)
    run.refresh_from_db()
    assert run.result == "passed", f"{run.reason}\n{run.log}"
    assert [s.result for s in run.present_stages] == ["passed"] * len(run.present_stages)
    assert run.broker == "stand-in"
    assert run.commit == observation.scan.commit
    assert set(settings.CHECKOUTS.iterdir()) == before, "nothing is left of the checkout"


@pytest.mark.broker
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_running_job_is_cancelled(worker: Worker, ada: User, monkeypatch: pytest.MonkeyPatch):
    [run] = services.request(worker, ["kafka"], by=ada)
    monkeypatch.setattr("migration_tracker.jobs.BEAT_SECONDS", 0.05)
    hear = testimony.hear_stage

    def cancel_when_it_begins(run, position, stage):
        hear(run, position, stage)
        services.cancel(run, by=ada)

    monkeypatch.setattr(testimony, "hear_stage", cancel_when_it_begins)
    tasks.run_smoke(run.pk)
    run.refresh_from_db()
    assert run.result == Result.CANCELLED


class TestThePage:
    @pytest.fixture
    def signed_in(self, client: Client, person: Callable[..., User]) -> Client:
        client.force_login(person("lena", "lead"))
        return client

    def test_the_button_starts_runs_and_goes_back_to_the_worker(self, signed_in: Client, worker: Worker):
        answer = signed_in.post(f"/m/{worker.migration.key}/w/{worker.name}/smoke", {"transport": "both"})
        assert answer.headers["Location"] == worker.get_absolute_url()
        assert SmokeRun.objects.active().count() == 2

    def test_with_htmx_the_page_is_told_to_look(self, signed_in: Client, worker: Worker):
        answer = signed_in.post(
            f"/m/{worker.migration.key}/smoke", {"transport": "kafka"}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 204
        assert "runs-changed" in answer.headers["HX-Trigger"]
        assert SmokeRun.objects.active().count() == 2, "one for each worker of the sample"

    def test_nonsense_starts_nothing(self, signed_in: Client, worker: Worker):
        answer = signed_in.post(
            f"/m/{worker.migration.key}/smoke", {"transport": "pigeon"}, headers={"HX-Request": "true"}
        )
        assert answer.headers["HX-Refresh"] == "true"
        assert "choose kafka, eventhub or both" in signed_in.get(worker.get_absolute_url()).text
        assert not SmokeRun.objects.exists()

    def test_a_viewer_may_not_start_a_run(self, client: Client, worker: Worker, person: Callable[..., User]):
        client.force_login(person("vic", "viewer"))
        assert client.post(f"/m/{worker.migration.key}/smoke").status_code == 403

    def test_a_run_is_polled_until_it_is_over(self, signed_in: Client, worker: Worker):
        [run] = services.request(worker, ["kafka"], by=None)
        ask = {"HX-Request": "true"}
        assert signed_in.get(run.get_absolute_url(), headers=ask).status_code == 200
        claimed = SmokeRun.objects.claim(run.pk)
        testimony.finish(claimed, report(claimed, "passed"))
        assert signed_in.get(run.get_absolute_url(), headers=ask).status_code == 286
        assert signed_in.get(run.get_absolute_url()).status_code == 200
