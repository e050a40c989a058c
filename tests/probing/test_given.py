"""Runs on brokers that others use too: only the run's own names, and nobody else's group."""

import asyncio
import fcntl
import time
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from migration_tracker import cli, probing
from migration_tracker.probing import Result, brokers, building
from migration_tracker.probing.description import Hub, parse
from migration_tracker.probing.errors import SelectionError
from migration_tracker.probing.given import Given, from_options
from tests.probing.conftest import PATIENT, SQUARES
from transport import local

pytestmark = [
    pytest.mark.broker,
    pytest.mark.xdist_group("given"),
]  # they look at what others leave on one Kafka
OWN = "${SMOKE_PREFIX}"
ROOT = Path(__file__).resolve().parents[2]
NAMED = {"NAMES_PREFIX": OWN}
needs_event_hubs = pytest.mark.skipif(
    local.missing("eventhub") is not None, reason=str(local.missing("eventhub"))
)


@pytest.fixture
def own_names():
    """The squares, each name with the run's prefix."""
    named = SQUARES | {"topics_read": [f"{OWN}numbers"], "topics_written": [f"{OWN}squares"]}
    named["group"] = f"{OWN}math-squares"
    named["samples"] = [SQUARES["samples"][0] | {"topic": f"{OWN}numbers"}]
    named["expect"] = [SQUARES["expect"][0] | {"topic": f"{OWN}squares"}]
    return parse(named, "the test")


@pytest.fixture
def kafka(real_kafka):
    return Given("real", {"KAFKA_BOOTSTRAP_SERVERS": real_kafka["KAFKA_BOOTSTRAP_SERVERS"]}, "smoke-")


def there(kafka):
    """The topics and groups of a Kafka."""

    async def ask():
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.environment["KAFKA_BOOTSTRAP_SERVERS"])
        await admin.start()
        try:
            return set(await admin.list_topics()), {group[0] for group in await admin.list_consumer_groups()}
        finally:
            await admin.close()

    return asyncio.run(ask())


def test_on_a_real_kafka_a_run_makes_and_removes_its_own_topics(plan, own_names, kafka, stage):
    report = probing.run(plan("migrated", description=own_names, env=NAMED, broker=kafka, timeouts=PATIENT))
    assert report.result is Result.PASSED, report.reason + report.log
    assert (report.broker, report.level) == ("real", "processed")
    (topic,) = stage(report, "commits").evidence["positions"]
    assert topic.startswith("smoke-")
    assert topic.endswith("-numbers")
    own = topic.removesuffix("numbers")
    deadline = time.monotonic() + 30  # a Kafka may list for a while what it has removed
    while left := {each for each in there(kafka)[0] if each.startswith(own)}:
        assert time.monotonic() < deadline, left


@pytest.mark.long  # its short form is the test before
def test_on_a_real_kafka_it_goes_up_to_survived(plan, own_names, kafka):
    described = replace(own_names, handler=None)
    made = plan("migrated", description=described, env=NAMED, broker=kafka, proves="survived")
    report = probing.run(replace(made, hands_over=("transport.create_consumer",), layer=("transport",)))
    assert (report.result, report.broker) == (Result.PASSED, "real"), report.reason + report.log


def test_a_worker_that_does_not_take_the_prefix_is_not_started(plan, squares, kafka):
    report = probing.run(plan("direct", description=squares, broker=kafka))
    assert report.result is Result.ERROR
    assert "the worker names topic 'numbers', and on a broker that is not the run's own" in report.reason
    assert report.log == ""
    assert report.lasting


def test_a_worker_that_says_so_and_ignores_it_is_stopped_before_it_joins_a_group(plan, own_names, kafka):
    before = there(kafka)
    report = probing.run(plan("direct", description=own_names, broker=kafka))
    assert report.result is Result.FAILED
    assert "it would have used topic 'numbers', which is not the run's" in report.reason
    assert "direct.py:" in report.reason
    assert "squares" not in there(kafka)[1] - before[1]


@needs_event_hubs
def test_on_event_hubs_only_hubs_with_the_prefix_are_used_and_what_they_held_does_not_count(
    plan, own_names, stage
):
    described = replace(own_names, event_hubs={f"{OWN}numbers": Hub(f"{OWN}numbers", "$Default")})
    with local.eventhub(hubs={"smoke-numbers": 2, "smoke-squares": 2}) as hubs:
        given = Given("emulator", dict(hubs.environment), "smoke-")
        runs = [
            probing.run(
                plan("migrated", transport="eventhub", description=described, env=NAMED, broker=given)
            )
            for _ in range(2)
        ]
        silent = probing.run(
            plan("idle", transport="eventhub", description=described, broker=given, timeouts=SHORT)
        )
    assert [(run.result, run.broker) for run in runs] == [(Result.PASSED, "emulator")] * 2, runs[0].reason
    assert silent.result is Result.FAILED, "the outputs of runs before were taken for its own"


SHORT = probing.Timeouts(ready=10, process=3, stop=5)


def test_runs_that_share_an_event_hub_wait_for_each_other(plan, own_names, tmp_path, monkeypatch):
    monkeypatch.setattr(brokers, "_WAIT_FOR_OTHERS", 0.2)
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    environment = {
        "EVENTHUB_NAMESPACE_CONNECTION_STRING": (
            "Endpoint=sb://127.0.0.1:1/;SharedAccessKeyName=a;SharedAccessKey=b"
        )
    }
    given = Given("emulator", environment, "smoke-")
    probing.run(plan("idle", transport="eventhub", description=own_names, broker=given))
    locks = list((building.default_folder().parent / "locks").iterdir())
    assert len(locks) == 2
    with locks[0].open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        report = probing.run(plan("idle", transport="eventhub", description=own_names, broker=given))
    assert report.result is Result.ERROR
    assert "has been in use by another run for too long" in report.reason


def test_options_name_brokers_and_secrets_by_their_variable():
    environ = {"CONNECTION": "Endpoint=sb://secret", "KAFKA_SASL_PASSWORD": "secret", "OTHER": "x"}
    given = from_options(["kafka=kafka.example:9092", "emulator:eventhub=CONNECTION"], "smoke-", environ)
    assert given["kafka"].kind == "real"
    assert given["kafka"].environment == {
        "KAFKA_BOOTSTRAP_SERVERS": "kafka.example:9092",
        "KAFKA_SASL_PASSWORD": "secret",
    }
    assert given["eventhub"].kind == "emulator"
    assert "secret" not in repr(given)


@pytest.mark.parametrize("option", ["kafka", "kafka=nowhere", "eventhub=NOT_SET", "redis=host:1"])
def test_options_that_cannot_be_understood_are_refused(option):
    with pytest.raises(SelectionError, match="write kafka=HOST:PORT"):
        from_options([option], "smoke-", {})


def test_two_brokers_for_one_transport_are_refused():
    with pytest.raises(SelectionError, match="two brokers for kafka"):
        from_options(["kafka=a:1", "emulator:kafka=b:1"], "smoke-", {})


def test_a_broker_for_a_transport_that_is_not_run_is_refused(capsys):
    options = ["--transport", "eventhub", "--broker", "kafka=a:1", "--path", str(ROOT)]
    assert cli.main(["smoke", "claimx/event_ingester", *options]) == 2
    assert "--broker names one for kafka, but --transport is eventhub" in capsys.readouterr().err


@pytest.mark.parametrize("prefix", ["", "-", "smoke", "Smoke-", "a-"])
def test_a_prefix_is_one_that_tells_names_apart(prefix):
    with pytest.raises(SelectionError, match="--prefix"):
        from_options([], prefix, {})


@pytest.mark.parametrize(
    ("store", "host"),
    [
        ("https://acc.blob.example.org/checkpoints?sig=secret", "acc.blob.example.org"),
        ("AccountName=acc;AccountKey=secret;Container=c", "acc.blob.core.windows.net"),
        ("AccountName=acc;AccountKey=s;EndpointSuffix=example.cn;Container=c", "acc.blob.example.cn"),
        ("BlobEndpoint=https://10.0.0.9/acc;AccountName=acc;AccountKey=s;Container=c", "10.0.0.9"),
    ],
)
def test_the_fence_lets_through_to_the_blob_container_that_goes_with_a_namespace(store, host, monkeypatch):
    monkeypatch.setattr("migration_tracker.probing.given._addresses", lambda name: [f"<{name}>"])
    given = Given("real", {"EVENTHUB_CHECKPOINT_STORE": store}, "smoke-")
    assert given.container() == store
    assert f"<{host}>:443" in given.reachable().values()


@pytest.mark.parametrize("store", ["", "none", "var/checkpoints"])
def test_without_a_container_a_run_has_a_folder_of_its_own(store):
    given = Given("real", {"EVENTHUB_CHECKPOINT_STORE": store}, "smoke-")
    assert (given.container(), given.reachable()) == ("", {})
