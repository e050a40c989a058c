"""The sample repository's seventeen workers, as processes of their own: they need nothing of ours."""

import ast
import asyncio
import json
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import transport.local
from tests.workers.fleet import filled, has_come, nothing_is_behind, send
from transport import TransportConfig

SAMPLE = Path(__file__).resolve().parents[1] / "sample_repository"
DEFINITION = (SAMPLE / "migration.toml").read_text("utf-8")
NAMES = tuple(tomllib.loads(DEFINITION)["smoke"]["workers"])
MIGRATED = {
    "claimx/workers/delta_events_worker",
    "claimx/workers/enrichment_worker",
    "claimx/workers/entity_delta_worker",
    "claimx/workers/event_ingester",
    "claimx/workers/result_processor",
    "verisk/workers/delta_events_worker",
    "verisk/workers/event_ingester",
    "verisk/workers/result_processor",
}
EVENTS = "claimx.events.raw"
PENDING = "claimx.enrichment.pending"
INGESTER = "claimx/workers/event_ingester"


@pytest.fixture(params=["kafka", "eventhub"])
def broker(request):
    if reason := transport.local.missing(request.param):
        pytest.skip(reason)
    with getattr(transport.local, request.param)() as broker:
        yield broker


@pytest.fixture
def copy(tmp_path):
    """The sample, away from our own code."""
    return shutil.copytree(SAMPLE, tmp_path / "sample", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def run(start, copy):
    """Runs a module of the copy."""

    def begin(module: str, **environment: str):
        return start(module, cwd=copy, PYTHONPATH="src", PYTHONSAFEPATH="1", **environment)

    return begin


@pytest.fixture
def described(run, tmp_path):
    """The definition's workers and the environment of a run of them, the world outside included."""

    def describe(broker) -> tuple[dict, dict[str, str]]:
        outside = json.loads(run("pipeline.devtools.outside").until_it_says("{"))
        known = {**broker.environment, **outside, "SCRATCH": str(tmp_path)}
        smoke = tomllib.loads(filled(DEFINITION, known))["smoke"]
        del smoke["env"]["PYTHONPATH"]
        return smoke["workers"], {**known, **smoke["env"]}

    return describe


def event(number: int) -> dict:
    return {
        "event_id": f"e-{number}",
        "event_type": "PROJECT_CREATED",
        "project_id": "4711",
        "ingested_at": "2025-05-06T07:08:09Z",
    }


def message(value) -> dict:
    return {"topic": EVENTS, "key": "k", "value": value}


def tracker(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "migration_tracker.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_eight_of_seventeen_are_migrated_and_all_their_items_are_met():
    scan = json.loads(tracker("scan", str(SAMPLE), "--format", "json").stdout)
    assert {worker["name"] for worker in scan["workers"]} == set(NAMES)
    assert len(NAMES) == 17
    assert {worker["name"] for worker in scan["workers"] if worker["status"] == "migrated"} == MIGRATED
    assert {worker["status"] for worker in scan["workers"]} == {"migrated", "direct"}
    for worker in scan["workers"]:
        verdicts = {item["item"]: item["verdict"] for item in worker["checklist"]}
        if worker["name"] in MIGRATED:
            assert set(verdicts.values()) == {"met"}, worker["name"]
        else:
            assert "met" not in verdicts.values(), worker["name"]
    assert [found["path"] for found in scan["elsewhere"]] == ["src/pipeline/claimx/consumers.py"]


def test_it_imports_nothing_of_ours():
    imported = set()
    for file in SAMPLE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                imported.add(node.module.partition(".")[0])
    assert imported - sys.stdlib_module_names == {"aiohttp", "aiokafka", "azure", "pipeline"}


@pytest.mark.broker
async def test_every_worker_does_its_work_or_dies_as_the_plan_says(broker, run, described):
    told, environment = described(broker)
    running = {name: run(one["command"][-1], **environment) for name, one in told.items()}
    working = {name for name in told if broker.kind == "kafka" or name in MIGRATED}
    for name, worker in running.items():
        if name in working:
            worker.until_it_says(told[name]["ready"]["log"])
            continue
        assert worker.exit_code() == 1
        last = worker.log.strip().splitlines()[-1]
        assert last.startswith("aiokafka.errors.KafkaConnectionError: "), name
        assert "Unable to bootstrap from [('localhost', 9092" in last
    config = TransportConfig.from_env(broker.environment)
    samples = [sample for name in working for sample in told[name]["samples"]]
    await send(config, samples)
    expected = [(name, one) for name in working for one in told[name].get("expect", ())]
    come = await asyncio.gather(*(has_come(config, one["topic"], one["contains"]) for _, one in expected))
    missing = [(name, one) for (name, one), there in zip(expected, come, strict=True) if not there]
    assert not missing, [(one, running[name].log) for name, one in missing]
    committed = await asyncio.gather(*(nothing_is_behind(config, told[name]) for name in working))
    assert all(committed), dict(zip(working, committed, strict=True))
    for name in working:
        running[name].signal(signal.SIGTERM)
    codes = {name: running[name].exit_code() for name in working}
    assert set(codes.values()) == {0}, codes


@pytest.mark.broker
@pytest.mark.long  # its short form is the test above, which has one broker for all
@pytest.mark.timeout(600)
def test_smoke_runs_pass_but_for_the_direct_workers_on_event_hubs(copy):
    done = tracker("smoke", "all", "--path", str(copy), "--format", "json")
    assert done.returncode == 1, done.stderr
    runs = json.loads(done.stdout)["runs"]
    results = {(run["worker"], run["transport"]): run["result"] for run in runs}
    wanted = {(name, "kafka"): "passed" for name in NAMES}
    wanted |= {(name, "eventhub"): "passed" if name in MIGRATED else "failed" for name in NAMES}
    assert results == wanted


@pytest.mark.broker
async def test_a_message_whose_handler_raised_comes_again_and_what_is_done_does_not(
    broker, run, described, copy
):
    """The sample's transport keeps its contract: nothing behind a failed message is handled before it."""
    (copy / "src" / "pipeline" / "runners" / "flaky.py").write_text(
        """
from pipeline.claimx.workers.event_ingester import ClaimXEventIngester
from pipeline.common.transport import TransportConfig
from pipeline.runners import run

class Flaky(ClaimXEventIngester):
    failed = False

    async def handle_event(self, message):
        if not Flaky.failed:
            Flaky.failed = True
            raise RuntimeError("not yet")
        await super().handle_event(message)
        print("handled", message.value, flush=True)

run(Flaky(TransportConfig.from_env()))
"""
    )
    told, environment = described(broker)
    config = TransportConfig.from_env(broker.environment)
    worker = run("pipeline.runners.flaky", **environment)
    worker.until_it_says("ready to process messages")
    await send(config, [message(event(1)), message("no event")])
    assert await nothing_is_behind(config, told[INGESTER]), worker.log
    assert worker.terminate() == 0, worker.log
    assert "not yet" in worker.log
    first, second = (line for line in worker.log.splitlines() if line.startswith("handled"))
    assert "e-1" in first
    assert "no event" in second

    again = run("pipeline.runners.flaky", **environment)
    again.until_it_says("ready to process messages")
    await send(config, [message(event(2))])
    assert await has_come(config, PENDING, {"event_id": "e-2"})
    assert await nothing_is_behind(config, told[INGESTER]), again.log
    assert again.terminate() == 0, again.log
    (only,) = (line for line in again.log.splitlines() if line.startswith("handled"))
    assert "e-2" in only, "what was processed before must not be processed again"


def test_a_wrong_environment_is_told(run):
    worker = run("pipeline.runners.claimx_event_ingester", PIPELINE_TRANSPORT="carrier pigeon")
    assert worker.exit_code() == 1
    assert "PIPELINE_TRANSPORT must be one of kafka, eventhub" in worker.log
