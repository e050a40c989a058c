"""An error is the harness's: tried again, kept, never held against the worker."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries as audit
from migration_tracker.inventory.models import Worker
from migration_tracker.jobs import MOST_ATTEMPTS, State
from migration_tracker.smoke import services, tasks, testimony
from migration_tracker.smoke.models import Result, SmokeRun
from tests.conftest import commit
from tests.smoke.test_runs import cell, end, report

pytestmark = pytest.mark.django_db


def ask(worker: Worker, transport: str = "kafka") -> SmokeRun:
    return services.request(worker, [transport], by=None)[0]


def begin(run: SmokeRun) -> SmokeRun:
    """The run as its next attempt holds it, its wait being over."""
    SmokeRun.objects.filter(pk=run.pk).update(enqueued_at=timezone.now())
    return SmokeRun.objects.claim(run.pk)


def test_an_error_is_tried_again_after_a_while_and_every_attempt_is_kept(
    worker: Worker, client: Client, ada: User
):
    run = ask(worker)
    for number in range(1, MOST_ATTEMPTS):
        claimed = begin(run)
        assert testimony.try_again(claimed, report(claimed, "error", f"the broker was away, time {number}"))
        run.refresh_from_db()
        assert (run.state, run.result) == (State.QUEUED, "")
        assert run.put_off_until is not None
        assert SmokeRun.objects.claim(run.pk) is None, "not before its time"
    last = begin(run)
    assert not testimony.try_again(last, report(last, "error", "away for good")), "that was the last attempt"
    testimony.finish(last, report(last, "error", "away for good"))
    run.refresh_from_db()
    assert (run.state, run.result, run.reason) == (State.DONE, Result.ERROR, "away for good")
    assert [one.reason[-6:] for one in run.attempts.all()] == ["time 1", "time 2"]
    assert [len(one.stages) for one in run.attempts.all()] == [2, 2]
    assert audit.about(worker).filter(action="smoke.put_off").count() == 2
    assert audit.about(worker).filter(action="smoke.finished").count() == 1
    client.force_login(ada)
    page = client.get(run.get_absolute_url()).text
    assert "Earlier attempts" in page
    assert "the broker was away, time 1" in page


def test_a_pass_after_an_error_is_a_pass(worker: Worker):
    run = ask(worker)
    first = begin(run)
    testimony.try_again(first, report(first, "error", "the broker was away"))
    second = begin(run)
    testimony.finish(second, report(second, "passed"))
    here = cell(worker, "kafka")
    assert (here.result, here.proves, here.flaky) == ("passed", True, False)


def test_a_run_that_waits_for_its_next_attempt_says_so_and_is_cancelled_at_once(
    worker: Worker, client: Client, ada: User
):
    claimed = begin(ask(worker))
    testimony.try_again(claimed, report(claimed, "error"))
    client.force_login(ada)
    assert "It is tried again at" in client.get(claimed.get_absolute_url()).text
    assert services.cancel(claimed, by=ada)
    claimed.refresh_from_db()
    assert claimed.result == Result.CANCELLED


def test_a_run_that_is_being_cancelled_is_not_tried_again(worker: Worker, ada: User):
    claimed = begin(ask(worker))
    services.cancel(claimed, by=ada)
    assert not testimony.try_again(claimed, report(claimed, "error"))


def test_what_another_attempt_would_come_to_as_well_is_not_tried_again(
    worker: Worker, sample: Path, scanned: Callable[[], None]
):
    definition = sample / "migration.toml"
    text = definition.read_text()
    definition.write_text(text.replace(f'[smoke.workers."{worker.name}"', '[smoke.workers."another"'))
    commit(sample)
    scanned()
    run = ask(worker)
    tasks.run_smoke(run.pk)
    run.refresh_from_db()
    assert (run.result, run.attempt) == (Result.ERROR, 1)
    assert "[smoke] command is missing" in run.reason


def test_an_attempt_whose_process_was_lost_is_kept(worker: Worker):
    run = begin(ask(worker))
    SmokeRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
    tasks.reconcile()
    [attempt] = run.attempts.all()
    assert (attempt.number, attempt.reason) == (1, "The job process was lost in the middle of it.")


@pytest.mark.parametrize(("results", "flaky"), [(("passed", "failed"), True), (("passed", "passed"), False)])
def test_a_cell_is_flaky_when_the_same_code_passed_and_failed(
    worker: Worker, change, client: Client, ada: User, results: tuple[str, str], flaky: bool
):
    for result in results:
        end(worker, "kafka", result)
    assert cell(worker, "kafka").flaky == flaky
    client.force_login(ada)
    pages = [worker.get_absolute_url(), worker.migration.get_absolute_url()]
    assert ["mark-flaky" in client.get(page).text for page in pages] == [flaky] * 2
    shown = client.get(f"{pages[1]}?result=flaky").text
    assert (worker.get_absolute_url() in shown[shown.index('id="matrix"') :]) == flaky
    change("TOUCHED = True")
    assert not cell(worker, "kafka").flaky, "the new code has not differed yet"


def test_a_short_pass_beside_a_failure_makes_nothing_flaky(worker: Worker):
    end(worker, "kafka", "failed")
    end(worker, "kafka", "passed", level="ready")
    assert not cell(worker, "kafka").flaky


@pytest.mark.parametrize(
    ("running", "asked", "sent", "messages"),
    [
        pytest.param(400, 300, 300, 0, id="it waits its turn behind what was sent before"),
        pytest.param(100, 300, 300, 1, id="what was sent later was begun before it"),
        pytest.param(900, 700, 700, 1, id="it has waited for longer than any queue may take"),
        pytest.param(None, 60, 60, 1, id="nothing is worked on"),
        pytest.param(None, 20, 20, 0, id="it has hardly been sent"),
        pytest.param(None, 100, 40, 0, id="where nobody works the wait doubles"),
    ],
)
def test_a_message_is_sent_again_only_where_it_is_missed(
    worker: Worker,
    django_capture_on_commit_callbacks: Callable[..., Any],
    running: float | None,
    asked: float,
    sent: float,
    messages: int,
):
    def as_if(run: SmokeRun, asked: float, sent: float) -> None:
        now = timezone.now()
        SmokeRun.objects.filter(pk=run.pk).update(
            requested_at=now - timedelta(seconds=asked), enqueued_at=now - timedelta(seconds=sent)
        )

    if running is not None:
        as_if(begin(ask(worker, "eventhub")), running, running)
    as_if(ask(worker), asked, sent)
    with django_capture_on_commit_callbacks() as callbacks:
        tasks.reconcile()
    assert len(callbacks) == messages
    with django_capture_on_commit_callbacks() as callbacks:
        tasks.reconcile()
    assert callbacks == [], "a message that has just been sent is not missed"
