"""What counts as a proof: a pass as far as the definition demands, on the code as it is; what renews it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from migration_tracker.accounts.models import User
from migration_tracker.checklists.models import Evidence
from migration_tracker.dashboard.board import board
from migration_tracker.inventory.models import Worker
from migration_tracker.jobs import State
from migration_tracker.smoke import queries, services, testimony
from migration_tracker.smoke.models import Occasion, SmokeRun
from tests.conftest import commit
from tests.smoke.test_runs import cell, end, report

pytestmark = pytest.mark.django_db

Change = Callable[[str], None]


def renewals() -> list[SmokeRun]:
    return list(SmokeRun.objects.filter(occasion=Occasion.CHANGE).order_by("pk"))


def test_a_pass_that_came_short_of_what_the_definition_demands_proves_nothing(
    worker: Worker, client: Client, ada: User
):
    run = end(worker, "kafka", "passed", level="ready")
    end(worker, "eventhub", "passed")
    here = cell(worker, "kafka")
    assert (here.result, here.word, here.proves, here.fails) == ("passed", "passed, ready only", False, False)
    assert here.reason == "passed only as far as “ready”: the definition demands “processed” of a proof"
    assert board(worker.migration).progress.proven == 0
    said = Evidence.objects.filter(witness="smoke").first()
    assert said is not None
    assert (said.verdict, said.reason) == ("unknown", f"On kafka it {here.reason}.")
    client.force_login(ada)
    for address in (run.get_absolute_url(), worker.get_absolute_url()):
        page = " ".join(client.get(address).text.split())
        assert "“ready”" in page, address
        assert "the definition demands “processed”" in page, address
    assert "passed, ready only" in client.get(worker.migration.get_absolute_url()).text


def test_a_short_pass_takes_nothing_from_a_proof_nor_from_a_failure(worker: Worker):
    end(worker, "kafka", "passed")
    end(worker, "kafka", "passed", level="ready")
    assert cell(worker, "kafka").proves
    end(worker, "eventhub", "failed")
    end(worker, "eventhub", "passed", level="ready")
    assert cell(worker, "eventhub").fails


def test_where_a_phase_demands_a_real_broker_a_pass_on_a_stand_in_proves_nothing(
    sample: Path, scanned: Callable[[], None]
):
    definition = sample / "migration.toml"
    demanding = '["plugins/**", "claimx/workers/event_ingester"]\nbroker = "real"'
    definition.write_text(definition.read_text().replace('["plugins/**"]', demanding))
    commit(sample)
    scanned()
    worker = Worker.objects.get(observations__status="migrated")
    run = end(worker, "kafka", "passed")
    here = cell(worker, "kafka")
    assert (here.proves, here.word) == (False, "passed, not on a real broker")
    assert here.reason == "passed on a stand-in broker: its phase demands a real one"
    SmokeRun.objects.filter(pk=run.pk).update(broker="real")
    assert cell(worker, "kafka").proves


def test_a_change_voids_the_proof_and_queues_a_run_for_each_transport_that_had_passed(
    worker: Worker, change: Change, client: Client, ada: User
):
    end(worker, "kafka", "passed")
    end(worker, "eventhub", "failed")
    change("TOUCHED = True")
    [run] = renewals()
    here = cell(worker, "kafka")
    assert (run.transport, run.requested_by) == ("kafka", None)
    assert (here.word, here.proves, here.expired) == ("re-proving", False, True)
    assert queries.lacking(here) == "Being proven anew on kafka: the pass there is older than the code."
    assert board(worker.migration).disagreements() == [], "only a failure is news"
    client.force_login(ada)
    assert "re-proving" in client.get(worker.get_absolute_url()).text
    assert "because the code had changed since it passed" in client.get(run.get_absolute_url()).text
    end(worker, "kafka", "passed")
    assert cell(worker, "kafka").proves
    assert len(renewals()) == 1


def test_a_change_is_proven_anew_once_however_that_ends(worker: Worker, change: Change, scanned):
    end(worker, "kafka", "passed")
    change("TOUCHED = True")
    end(worker, "kafka", "error")
    scanned()
    assert len(renewals()) == 1
    assert queries.lacking(cell(worker, "kafka")) == "The pass on kafka is older than the code."


def test_a_change_that_leaves_the_fingerprint_alone_voids_nothing(worker: Worker, change: Change):
    end(worker, "kafka", "passed")
    change("# a remark")
    assert cell(worker, "kafka").proves
    assert renewals() == []


def test_code_that_is_put_back_is_proven_at_once_by_the_pass_it_had(worker: Worker, change: Change):
    end(worker, "kafka", "passed")
    change("TOUCHED = True")
    end(worker, "kafka", "failed")
    change("")
    assert cell(worker, "kafka").proves
    assert cell(worker, "kafka").result == "passed"


def test_a_renewal_that_waits_gives_way_to_one_of_the_newer_code(worker: Worker, change: Change):
    end(worker, "kafka", "passed")
    change("FIRST = True")
    change("SECOND = True")
    first, second = renewals()
    assert (first.result, first.reason) == ("cancelled", "The code has changed again.")
    assert (second.state, second.fingerprint) == (State.QUEUED, cell(worker, "kafka").fingerprint)


def test_code_that_changes_while_it_runs_is_proven_anew_when_that_run_has_ended(
    worker: Worker, change: Change
):
    end(worker, "kafka", "passed")
    [running] = services.request(worker, ["kafka"], by=None)
    claimed = SmokeRun.objects.claim(running.pk)
    change("TOUCHED = True")
    assert renewals() == []
    testimony.finish(claimed, report(claimed, "passed"))
    [run] = renewals()
    assert run.fingerprint == cell(worker, "kafka").fingerprint


def test_what_was_never_proven_is_not_run_for_a_change(worker: Worker, change: Change):
    end(worker, "kafka", "passed", level="ready")
    end(worker, "eventhub", "failed")
    change("TOUCHED = True")
    assert renewals() == []
