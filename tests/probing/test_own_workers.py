"""This repository's own workers on brokers that others use: PIPELINE_PREFIX keeps them to the run's names."""

import asyncio
import contextlib
import json
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from azure.storage.blob import ContainerClient

from migration_tracker import definition
from migration_tracker.probing import Result, run
from migration_tracker.probing.given import EMULATOR, REAL, Given
from migration_tracker.probing.matrix import run_all
from migration_tracker.probing.plan import prepare
from tests.broker.kafka.jars import NoKafka
from tests.broker.kafka.node import KafkaNode
from tests.conftest import lacking
from tests.probing.conftest import PATIENT
from transport import local
from transport.settings.eventhub import without_container
from workers import registry

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("given")]
ROOT = Path(__file__).resolve().parents[2]
DEFINED = definition.load(ROOT / "migration.toml").smoke
PREFIX = "smoke-"
FEW = ("verisk/event_ingester", "plugins/itel_cabinet_api/itel_cabinet_api_worker")
OWN = ("claimx.", "verisk.", "itel.", "plugins.", "claimx-", "verisk-", "plugins-")
needs_event_hubs = pytest.mark.skipif(
    local.missing("eventhub") is not None, reason=str(local.missing("eventhub"))
)


def plans(names, given, transport, **more):
    made = [prepare(ROOT, DEFINED, name, transport, broker=given, **more) for name in names]
    return [replace(plan, timeouts=PATIENT) for plan in made]


def there(environment):
    """The topics and groups of a Kafka."""

    async def ask():
        admin = AIOKafkaAdminClient(bootstrap_servers=environment["KAFKA_BOOTSTRAP_SERVERS"])
        await admin.start()
        try:
            return {
                *await admin.list_topics(),
                *(group for group, *_ in await admin.list_consumer_groups()),
            }
        finally:
            await admin.close()

    return asyncio.run(ask())


def proven(reports, level):
    """The reports, which must have shown all that the level asks for, on the broker that was given."""
    told = [(one.worker, one.result, one.level, one.reason, one.log[-2000:]) for one in reports]
    assert {(one.result, one.level) for one in reports} == {(Result.PASSED, level)}, told
    return reports


def positions(report):
    (stage,) = (stage for stage in report.stages if stage.key == "commits")
    return set(stage.evidence["positions"]) | set(stage.evidence["groups"].values())


def test_runs_at_once_on_a_real_kafka_do_not_meet(real_kafka):
    given = Given(REAL, {"KAFKA_BOOTSTRAP_SERVERS": real_kafka["KAFKA_BOOTSTRAP_SERVERS"]}, PREFIX)
    before = there(real_kafka)
    reports = proven(run_all(plans([FEW[0], *FEW], given, "kafka"), jobs=3), "processed")
    assert {report.broker for report in reports} == {REAL}
    used = [positions(report) for report in reports]
    assert all(name.startswith(PREFIX) for names in used for name in names)
    assert not used[0] & used[1], "two runs of one worker shared a topic or a group"
    new = there(real_kafka) - before
    assert not {name for name in new if name.startswith(OWN)}, "a name without the prefix was used"
    own = {name.split(".")[0] for names in used for name in names}
    assert not {name for name in new if "." in name and name.split(".")[0] in own}, (
        "its topics are still there"
    )


@pytest.mark.long  # its short form is the test before
@pytest.mark.timeout(1800)
def test_each_of_them_goes_up_to_survived_on_a_real_kafka_and_leaves_no_topic():
    try:
        node = KafkaNode()
    except NoKafka as reason:
        lacking(str(reason))
    with node:
        given = Given(REAL, {"KAFKA_BOOTSTRAP_SERVERS": node.environment["KAFKA_BOOTSTRAP_SERVERS"]}, PREFIX)
        before = there(node.environment)
        proven(run_all(plans(registry.names(), given, "kafka", proves="survived"), jobs=2), "survived")
        left = there(node.environment) - before
    # Kafka drops a group some time after the topics whose positions it kept; a group's name has no dot.
    assert not {name for name in left if "." in name or not name.startswith((PREFIX, "__"))}, left


def event_hubs(names):
    """The event hubs that workers name, and the groups they read them by."""
    hubs, groups = set(), set()
    for name in names:
        asked = subprocess.run(
            [sys.executable, "-m", "workers", name, "--describe"],
            env={"PIPELINE_PREFIX": PREFIX},
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        told = json.loads(asked.stdout)
        hubs |= {*told["topics_read"], *told["topics_written"], *told["topics_aside"]}
        hubs |= {hub["event_hub"] for hub in told["event_hubs"].values()}
        groups |= {hub["consumer_group"] for hub in told["event_hubs"].values()}
    assert all(hub.startswith(PREFIX) and PREFIX not in hub.removeprefix(PREFIX) for hub in hubs)
    return dict.fromkeys(sorted(hubs), 2), sorted(groups)


@contextlib.contextmanager
def blobs_in(service, container):
    """A container of a blob service, removed at the end."""
    account, _ = without_container(service.store(container))
    with ContainerClient.from_connection_string(account, container) as client:
        client.create_container()
        try:
            yield client
        finally:
            client.delete_container()


@contextlib.contextmanager
def namespace_for(names, **store):
    """A namespace with the prefixed event hubs of workers, which makes no others, and where it is."""
    hubs, groups = event_hubs(names)
    with local.eventhub(hubs=hubs, groups=groups) as namespace:
        yield Given(EMULATOR, {**namespace.environment, **store}, PREFIX)


@needs_event_hubs
def test_on_event_hubs_they_use_the_prefixed_hubs_and_their_part_of_a_blob_container(blob_service):
    container, seen = f"checkpoints-{uuid.uuid4().hex[:8]}", set()
    store = {"EVENTHUB_CHECKPOINT_STORE": blob_service.store(container)}
    with namespace_for(FEW, **store) as given, blobs_in(blob_service, container) as blobs:
        server = urlsplit(
            given.environment["EVENTHUB_NAMESPACE_CONNECTION_STRING"].partition("=")[2]
        ).hostname
        strangers = f"{server}/verisk.events.raw/somebody/checkpoint/0"
        stale = f"{server}/{PREFIX}verisk.events.raw/verisk-event-ingester/checkpoint/0"
        for name in (strangers, stale):
            blobs.upload_blob(name, b"", metadata={"sequencenumber": "5", "offset": "5"})
        with ThreadPoolExecutor(len(FEW)) as pool:
            made = plans(FEW, given, "eventhub")
            reports = list(
                pool.map(
                    lambda plan: run(plan, on_stage=lambda _: seen.update(blobs.list_blob_names())), made
                )
            )
        proven(reports, "processed")
        assert {report.broker for report in reports} == {EMULATOR}
        assert list(blobs.list_blob_names()) == [strangers], "its own are still there, or others' are gone"
    used = {name for name in seen - {strangers, stale} if "/checkpoint/" in name}
    assert len({name.split("/")[1] for name in used}) == len(FEW)
    assert all(name.split("/")[1].startswith(PREFIX) for name in used)


@needs_event_hubs
@pytest.mark.long  # its short form is the test before
@pytest.mark.timeout(1800)
def test_each_of_them_passes_on_a_namespace_that_is_given():
    with namespace_for(registry.names()) as given:
        proven(run_all(plans(registry.names(), given, "eventhub"), jobs=2), "processed")


def test_a_definition_without_the_setting_is_told_what_to_do(real_kafka):
    given = Given(REAL, {"KAFKA_BOOTSTRAP_SERVERS": real_kafka["KAFKA_BOOTSTRAP_SERVERS"]}, PREFIX)
    (plan,) = plans([FEW[0]], given, "kafka")
    report = run(replace(plan, env={}))
    assert (report.result, report.log, report.lasting) == (Result.ERROR, "", True)
    assert "the worker names topic 'verisk.events.raw'" in report.reason
    assert '[smoke.env] SETTING = "${SMOKE_PREFIX}"' in report.reason
    assert "PIPELINE_PREFIX" in report.reason
