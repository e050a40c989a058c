"""Many runs of a migration: how far they are, ending them, running again what failed, the log as it grows."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries as audit
from migration_tracker.inventory.models import Worker
from migration_tracker.jobs import State
from migration_tracker.smoke import queries, services, tasks, testimony
from migration_tracker.smoke.models import SmokeRun
from tests.smoke.test_runs import end

pytestmark = pytest.mark.django_db

BOTH = ("kafka", "eventhub")


@pytest.fixture
def signed_in(client: Client, person: Callable[..., User]) -> Client:
    client.force_login(person("lea", "lead"))
    return client


def test_progress_and_the_time_left_are_told_while_runs_are_under_way(worker: Worker, signed_in: Client):
    migration = worker.migration
    assert queries.under_way(migration) is None
    first, second, *_ = services.request_all(migration, BOTH, by=None)
    assert queries.under_way(migration) == queries.UnderWay(0, 4, None), "none has told how long one takes"
    end(second.worker, second.transport, "passed")
    SmokeRun.objects.filter(pk=second.pk).update(seconds=60)
    SmokeRun.objects.claim(first.pk)
    SmokeRun.objects.filter(pk=first.pk).update(started_at=timezone.now() - timedelta(seconds=20))
    here = queries.under_way(migration)
    assert here is not None
    assert (here.done, here.total, here.minutes_left) == (1, 4, 3)
    page = " ".join(signed_in.get(migration.get_absolute_url()).text.split())
    assert "Smoke runs under way: 1 of 4 over" in page
    assert "about 3 minutes left" in page


def test_all_that_is_under_way_is_cancelled_at_one_press(worker: Worker, signed_in: Client):
    migration = worker.migration
    first, *_ = services.request_all(migration, BOTH, by=None)
    SmokeRun.objects.claim(first.pk)
    assert "cancel-all" in signed_in.get(migration.get_absolute_url()).text
    signed_in.post(f"/m/{migration.key}/smoke/cancel")
    first.refresh_from_db()
    assert (first.state, first.cancel_requested) == (State.RUNNING, True)
    assert SmokeRun.objects.filter(result="cancelled").count() == 3
    assert audit.of_chain(migration.chain).filter(action="smoke.cancelled", actor_name="lea").count() == 4
    SmokeRun.objects.update(state=State.DONE)
    signed_in.post(f"/m/{migration.key}/smoke/cancel")
    assert "no run is under way" in signed_in.get(migration.get_absolute_url()).text


def test_what_failed_and_what_could_not_tell_is_run_again_at_one_press(worker: Worker, signed_in: Client):
    migration = worker.migration
    other = Worker.objects.exclude(pk=worker.pk).get()
    end(worker, "kafka", "passed")
    page = migration.get_absolute_url()
    assert "run-failed" not in signed_in.get(page).text
    end(worker, "eventhub", "failed", "it died")
    end(other, "kafka", "error", "the broker died")
    assert "run-failed" in signed_in.get(page).text
    answer = signed_in.post(f"/m/{migration.key}/smoke/failed", headers={"HX-Request": "true"})
    assert "runs-changed" in answer.headers["HX-Trigger"]
    asked = {(run.worker, run.transport) for run in SmokeRun.objects.active()}
    assert asked == {(worker, "eventhub"), (other, "kafka")}


def test_the_database_itself_refuses_a_second_run_of_a_cell(worker: Worker):
    [run] = services.request(worker, ["kafka"], by=None)
    same = {"worker": worker, "transport": "kafka", "commit": run.commit, "fingerprint": run.fingerprint}
    with pytest.raises(IntegrityError), transaction.atomic():
        SmokeRun.objects.create(**same)


@pytest.mark.broker
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_log_follows_while_the_run_goes_on(
    worker: Worker, signed_in: Client, monkeypatch: pytest.MonkeyPatch
):
    [run] = services.request(worker, ["kafka"], by=None)
    monkeypatch.setattr("migration_tracker.jobs.BEAT_SECONDS", 0.05)
    hear: Callable[..., None] = testimony.hear_stage
    pages: list[str] = []

    def look_when_it_stops(run: SmokeRun, position: int, stage) -> None:
        hear(run, position, stage)
        if stage.key == "stops" and not pages:
            deadline = monotonic() + 20
            while not SmokeRun.objects.get(pk=run.pk).log:
                assert monotonic() < deadline, "the log does not follow"
                sleep(0.05)
            pages.append(signed_in.get(run.get_absolute_url(), headers={"HX-Request": "true"}).text)

    monkeypatch.setattr(testimony, "hear_stage", look_when_it_stops)
    tasks.run_smoke(run.pk)
    run.refresh_from_db()
    assert run.result == "passed", f"{run.reason}\n{run.log}"
    [page] = pages
    assert "has written nothing" not in page
    assert "running" in page
