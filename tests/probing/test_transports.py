"""The point of it all: what a migrated and a direct worker show on Kafka and on Event Hubs."""

from dataclasses import replace

import pytest

from migration_tracker import probing
from migration_tracker.probing import Result
from transport import local

pytestmark = pytest.mark.broker
needs_event_hubs = pytest.mark.skipif(
    local.missing("eventhub") is not None, reason=str(local.missing("eventhub"))
)


@pytest.mark.parametrize("transport", ["kafka", pytest.param("eventhub", marks=needs_event_hubs)])
def test_a_migrated_worker_passes_on_both(plan, squares, transport, stage):
    described = replace(squares, group="math-squares")
    report = probing.run(plan("migrated", transport=transport, description=described))
    assert report.result is Result.PASSED, report.reason + report.log
    assert [stage.result for stage in report.stages] == [Result.PASSED] * 6
    groups = stage(report, "commits").evidence["groups"]
    assert groups == {"numbers": "math-squares" if transport == "kafka" else "$Default"}


@needs_event_hubs
def test_a_direct_worker_fails_on_event_hubs_for_the_reason_the_plan_is_about(plan, squares, closed_port):
    env = {"LEGACY_KAFKA": f"localhost:{closed_port}"}
    report = probing.run(plan("direct", transport="eventhub", description=squares, env=env))
    assert report.result is Result.FAILED
    assert report.cause
    assert (report.cause.host, report.cause.port) == ("localhost", closed_port)
    assert "only AMQP on port 443 is open" in report.cause.text


@needs_event_hubs
@pytest.mark.parametrize("worker", ["direct", "lazy"])
def test_a_kafka_that_really_listens_lets_no_worker_pass_on_event_hubs(plan, squares, worker, stage):
    described = replace(squares, group="math-squares")
    with local.kafka() as kafka:
        address = kafka.endpoints["kafka"].replace("127.0.0.1", "localhost")
        report = probing.run(
            plan(worker, transport="eventhub", description=described, env={"LEGACY_KAFKA": address})
        )
    assert report.result is Result.FAILED
    assert f"it tried to reach {address}" in report.reason
    assert f"{worker}.py:" in report.reason  # the culprit
    failed = next(stage for stage in report.stages if stage.result is Result.FAILED)
    assert failed.key == ("ready" if worker == "direct" else "processes")
    assert any("aiokafka" in frame for frame in failed.evidence["refused"][0]["stack"])
    assert report.cause
    assert f"localhost:{report.cause.port}" == address


@needs_event_hubs
def test_without_a_checkpoint_the_commit_stage_fails(plan, squares):
    """The group it is said to read with is not the one it commits for."""
    described = replace(squares, event_hubs={"numbers": probing.description.Hub("numbers", "another")})
    timeouts = replace(probing.Timeouts(), commit=1)
    report = probing.run(plan("migrated", transport="eventhub", description=described, timeouts=timeouts))
    assert report.result is Result.FAILED
    assert "group 'another' has committed 0 of 1 on numbers" in report.reason


@needs_event_hubs
def test_hard_wired_settings_of_a_real_namespace_are_led_to_the_stand_in(plan, squares, stage):
    report = probing.run(plan("hard_wired", transport="eventhub", description=squares))
    assert report.result is Result.PASSED, report.reason + report.log
    ready = stage(report, "ready")
    assert ready.evidence["led"] == ["claims-production.servicebus.windows.net"]
    assert "claims-production.servicebus.windows.net was led to the stand-in" in ready.detail


@needs_event_hubs
@pytest.mark.parametrize("how", ["libc", "child"])
def test_who_reaches_past_the_fence_inside_is_caught_by_the_one_outside(plan, squares, how, stage):
    described = replace(squares, group="math-squares")
    with local.kafka() as kafka:
        address = kafka.endpoints["kafka"].replace("127.0.0.1", "localhost")
        made = plan("evades", how, transport="eventhub", description=described, env={"LEGACY_KAFKA": address})
        report = probing.run(made)
    ready = stage(report, "ready")
    if (stands := ready.evidence["fence"]["outside"]) != "a network namespace":
        assert report.result is Result.PASSED
        pytest.skip(stands)
    assert report.result is Result.FAILED
    assert f"it tried to reach {address}" in report.reason
    assert "seen from outside" in report.reason
