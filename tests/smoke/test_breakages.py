"""What changed between a pass and the failure it turned into: the commits that count, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Worker
from migration_tracker.jobs import MOST_ATTEMPTS, State
from migration_tracker.smoke.models import Breakage, SmokeRun
from migration_tracker.smoke.tasks import reconcile, tell_breakage
from tests.conftest import commit, git
from tests.smoke.test_runs import end

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(sample: Path, worker: Worker) -> Path:
    """The worker's own file."""
    observation = inventory.current(worker)
    assert observation is not None
    return sample / observation.path


def told() -> Breakage:
    breakage = Breakage.objects.get()
    assert breakage.state == State.QUEUED
    tell_breakage(breakage.pk)
    tell_breakage(breakage.pk)  # delivered twice
    return Breakage.objects.get()


def page(client: Client, worker: Worker, person: Callable[..., User]) -> str:
    client.force_login(person("vic", "viewer"))
    return client.get(worker.get_absolute_url()).text


def test_the_commits_that_change_what_counts_are_told_with_their_authors_and_no_others(
    worker: Worker,
    code: Path,
    sample: Path,
    scanned: Callable[[], None],
    client: Client,
    person: Callable[..., User],
):
    end(worker, "kafka", "passed")
    shared = sample / "src/pipeline/common/transport/ports.py"
    steps = [
        ("Touch the worker", code, "\nTOUCHED = 1\n"),
        ("Write to the README", sample / "README.md", "\nMore.\n"),
        ("Touch what it imports", shared, "\nTOUCHED = 2\n"),
        ("Only comment", sample / "src/pipeline/common/transport/config.py", "\n# a remark\n"),
    ]
    for subject, file, text in steps:
        with file.open("a") as opened:
            opened.write(text)
        git(sample, "add", "--all")
        git(sample, "commit", "--quiet", "--author=Grace <grace@example.org>", "--message", subject)
    scanned()
    failed = end(worker, "kafka", "failed", "it died")
    end(worker, "kafka", "failed", "it died again")
    breakage = told()
    assert breakage.failed_id == failed.pk, "the first failure"
    assert [one["subject"] for one in breakage.commits] == ["Touch what it imports", "Touch the worker"]
    assert {one["author"] for one in breakage.commits} == {"Grace"}
    assert breakage.files == sorted(str(path.relative_to(sample)) for path in (code, shared))
    shown = page(client, worker, person)
    assert "In between these commits changed what counts" in shown
    assert "<strong>Grace</strong>" in shown
    end(worker, "kafka", "passed")
    assert "In between these commits" not in client.get(worker.get_absolute_url()).text, "it is mended"


def test_code_that_passed_and_failed_unchanged_is_told_at_once(
    worker: Worker, client: Client, person: Callable[..., User]
):
    end(worker, "kafka", "passed")
    end(worker, "eventhub", "failed", "it never passed there")
    end(worker, "kafka", "error", "the broker died")
    end(worker, "kafka", "failed", "it died")
    assert (Breakage.objects.get().transport, Breakage.objects.get().state) == ("kafka", State.DONE)
    assert "the same code passed and failed" in page(client, worker, person)


def test_a_commit_that_is_gone_is_told_as_that(
    worker: Worker,
    code: Path,
    sample: Path,
    scanned: Callable[[], None],
    client: Client,
    person: Callable[..., User],
):
    run = end(worker, "kafka", "passed")
    SmokeRun.objects.filter(pk=run.pk).update(commit="f" * 40)
    code.write_text(code.read_text() + "\nTOUCHED = 1\n")
    commit(sample)
    scanned()
    end(worker, "kafka", "failed", "it died")
    assert "no commit “ffff" in told().trouble
    assert "cannot be told" in page(client, worker, person)


def test_one_that_was_lost_is_taken_up_and_given_up_in_the_end(
    worker: Worker, code: Path, sample: Path, scanned: Callable[[], None]
):
    end(worker, "kafka", "passed")
    code.write_text(code.read_text() + "\nTOUCHED = 1\n")
    commit(sample)
    scanned()
    end(worker, "kafka", "failed", "it died")
    lost = timezone.now() - timedelta(hours=1)
    rows = Breakage.objects.all()
    rows.update(state=State.RUNNING, attempt=1, heartbeat_at=lost)
    reconcile()
    assert rows.get().state == State.QUEUED
    rows.update(state=State.RUNNING, attempt=MOST_ATTEMPTS, heartbeat_at=lost)
    reconcile()
    assert (rows.get().state, "was lost 3 times" in rows.get().trouble) == (State.DONE, True)
