"""The inventory as a whole: what is in it, and its JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from migration_tracker.scanning import (
    Document,
    Inventory,
    PhaseScope,
    Revision,
    ScopeError,
    Verdict,
    WorkTree,
    excerpts,
    scan,
)
from tests.scanning.trees import SCOPE

WORKER = "workers/claimx/download_worker.py"
DIRECT = "from aiokafka import AIOKafkaConsumer\n\nconsumer = AIOKafkaConsumer('topic')\n"
MIGRATED = "from transport import create_producer\n\nproducer = create_producer()\n"


def test_the_json_has_what_others_rely_on(repository: Callable[[Mapping[str, str]], Path]) -> None:
    folder = repository({WORKER: DIRECT, "tools/replay.py": DIRECT})

    said = json.loads(json.dumps(scan(Revision(folder), SCOPE).as_json()))

    (worker,) = said["workers"]
    (finding,) = worker["findings"]
    assert finding == {
        "rule": "direct-client",
        "symbol": "aiokafka.AIOKafkaConsumer",
        "kind": "call",
        "path": WORKER,
        "line": 3,
        "column": 12,
        "via": [],
        "message": "calls aiokafka.AIOKafkaConsumer",
        "counts": True,
        "is_type": False,
        "within": "",
    }
    assert {name: worker[name] for name in ("name", "path", "domain", "phase", "status")} == {
        "name": "claimx/download_worker",
        "path": WORKER,
        "domain": "claimx",
        "phase": None,
        "status": "direct",
    }
    assert len(worker["fingerprint"]) == 64
    assert {"item", "verdict", "reason", "places"} == worker["checklist"][0].keys()
    assert [(one["path"], one["line"]) for one in said["elsewhere"]] == [("tools/replay.py", 3)]
    assert (said["version"], said["repository"], said["dirty"]) == (1, str(folder), False)
    assert len(said["commit"]) == 40
    assert said["files"].keys() == {"seen", "parsed", "cached", "unreadable"}
    assert (said["files"]["seen"], said["files"]["unreadable"]) == (5, [])


def test_a_finding_names_what_it_is_in_and_whether_it_is_but_a_type(
    scanned: Callable[..., Inventory],
) -> None:
    code = """
        from typing import TYPE_CHECKING
        from aiokafka import AIOKafkaConsumer
        if TYPE_CHECKING:
            from aiokafka import AIOKafkaProducer

        class Worker:
            consumer: AIOKafkaConsumer
            class Client(AIOKafkaConsumer):
                pass

            async def start(self, wait=lambda: AIOKafkaConsumer()):
                self.clients = [AIOKafkaConsumer(topic) for topic in "ab"]

            def use(self):
                return cast(AIOKafkaProducer, self.clients)

        consumer = AIOKafkaConsumer()
        """

    (worker,) = scanned({WORKER: code}).workers

    assert [(found.line, found.within, found.is_type) for found in worker.findings] == [
        (7, "Worker", True),
        (8, "Worker.Client", False),
        (11, "Worker", False),
        (12, "Worker.start", False),
        (15, "Worker.use", True),
        (17, "", False),
    ]


def test_a_revision_and_its_work_tree_say_the_same(repository: Callable[[Mapping[str, str]], Path]) -> None:
    folder = repository({WORKER: DIRECT, "workers/claimx/upload_worker.py": MIGRATED})

    assert scan(Revision(folder), SCOPE).workers == scan(WorkTree(folder), SCOPE).workers


def test_elsewhere_leaves_out_the_layer_types_and_what_runs_a_worker(
    scanned: Callable[..., Inventory],
) -> None:
    inventory = scanned(
        {
            WORKER: "from aiokafka import AIOKafkaConsumer\n\ndef main(): AIOKafkaConsumer()\n",
            "runner.py": "from workers.claimx.download_worker import main\n\nmain()\n",
            "types_only.py": "from aiokafka import AIOKafkaConsumer\n\ndef f(c: AIOKafkaConsumer): ...\n",
            "leftover.py": "from aiokafka import AIOKafkaConsumer\n",
            "tool.py": "import factory\n\nfactory.make()\n",
            "factory.py": "import aiokafka\n\ndef make(): return aiokafka.AIOKafkaConsumer()\n",
            "other/migration.toml": "",
            "other/tool.py": DIRECT,
        }
    )

    assert [(one.path, one.kind) for one in inventory.elsewhere] == [
        ("factory.py", "call"),
        ("leftover.py", "import"),
        ("tool.py", "call"),
    ]


def test_the_first_phase_that_matches_a_worker_wins(scanned: Callable[..., Inventory]) -> None:
    phases = (
        PhaseScope("first", ("claimx/download_worker", "claimx/gone_worker")),
        PhaseScope("second", ("claimx/*",)),
    )
    inventory = scanned(
        {
            WORKER: DIRECT,
            "workers/claimx/upload_worker.py": DIRECT,
            "workers/claimx/deep/x_worker.py": MIGRATED,
        },
        replace(SCOPE, phases=phases),
    )

    assert {worker.name: worker.phase for worker in inventory.workers} == {
        "claimx/deep/x_worker": None,
        "claimx/download_worker": "first",
        "claimx/upload_worker": "second",
    }
    assert inventory.warnings == ("phases: “claimx/gone_worker” in first matches no worker",)


def test_two_workers_of_one_name_are_refused(scanned: Callable[..., Inventory]) -> None:
    scope = replace(SCOPE, roots=("a", "b"), include=("*/x_worker.py",))

    with pytest.raises(ScopeError, match="would both be called “x_worker”"):
        scanned({"a/x_worker.py": "", "b/x_worker.py": ""}, scope)


def test_a_worker_outside_the_roots_is_refused(scanned: Callable[..., Inventory]) -> None:
    with pytest.raises(ScopeError, match=r"tools/x_worker.py is included but lies below no root"):
        scanned({"tools/x_worker.py": ""}, replace(SCOPE, include=("**/*_worker.py",)))


@pytest.mark.parametrize(
    ("text", "verdict", "said"),
    [
        (None, Verdict.UNMET, "docs/guide.md does not exist"),
        ("", Verdict.UNMET, "docs/guide.md is empty"),
        ("Mind Background\n  tasks.", Verdict.UNMET, "docs/guide.md does not say “/event ?hubs/”"),
        (
            "Background tasks on event hubs.",
            Verdict.MET,
            "docs/guide.md is there and says all 2 things asked of it",
        ),
    ],
)
def test_a_phase_item_is_answered_by_its_document(
    text: str | None, verdict: Verdict, said: str, scanned: Callable[..., Inventory]
) -> None:
    document = Document("guide", "docs/guide.md", ("background tasks", "/event ?hubs/"))
    files = {WORKER: DIRECT} | ({} if text is None else {"docs/guide.md": text})

    (phase,) = scanned(files, replace(SCOPE, phases=(PhaseScope("phase-3", (), (document,)),))).phases

    assert [(one.item, one.verdict, one.reason) for one in phase.items] == [("guide", verdict, said)]


def test_excerpts_show_the_lines_around_a_finding(repository: Callable[[Mapping[str, str]], Path]) -> None:
    lines = [f"x{number} = {number}" for number in range(1, 30)]
    lines[0], lines[19] = "from aiokafka import AIOKafkaConsumer", "consumer = AIOKafkaConsumer()"
    source = Revision(repository({WORKER: "\n".join(lines) + "\n"}))
    inventory = scan(source, SCOPE)

    ((finding, excerpt),) = excerpts(source, inventory).items()

    assert (finding.line, excerpt.first_line) == (20, 14)
    assert excerpt.text.split("\n") == lines[13:26]


@pytest.mark.parametrize("name", ["größe", "été", "наши"])
def test_a_module_may_be_named_in_any_script(name: str, scanned: Callable[..., Inventory]) -> None:
    for client in (
        "from aiokafka import AIOKafkaConsumer as made",
        "from transport import create_consumer as made",
    ):
        inventory = scanned(
            {
                "workers/a_worker.py": f"from workers.{name} import лучший\n\nclient = лучший()\n",
                f"workers/{name}.py": "from workers.last import made as лучший\n",
                "workers/last.py": client + "\n",
            }
        )

        assert [worker.status for worker in inventory.workers] == [
            "direct" if "aio" in client else "migrated"
        ]


LOADER = "import importlib\n\n\ndef load(name):\n    return importlib.import_module(name)\n"
PASSING = "from tools.loader import load\n\n\ndef begin(name):\n    return load(name)\n"
BEGINS = "from tools.passing import begin\n\nbegun = begin(input())\n"


def test_what_cannot_be_decided_is_not_chased_for_a_worker_that_is_direct_anyway(
    repository: Callable[[Mapping[str, str]], Path],
) -> None:
    tools = {"tools/loader.py": LOADER, "tools/passing.py": PASSING}
    folder = repository({WORKER: BEGINS + DIRECT, **tools})

    inventory = scan(Revision(folder), SCOPE)

    (worker,) = inventory.workers
    assert (worker.status, [one.kind for one in worker.findings]) == ("direct", ["call"])
    assert inventory.files.parsed == 3  # the worker, the loader, transport/kafka.py; not passing.py


def test_what_is_said_of_a_direct_worker_does_not_hang_on_another(
    repository: Callable[[Mapping[str, str]], Path],
) -> None:
    tools = {"tools/loader.py": LOADER, "tools/passing.py": PASSING}
    folder = repository({WORKER: BEGINS + DIRECT, "workers/claimx/upload_worker.py": BEGINS, **tools})

    direct, undecided = scan(Revision(folder), SCOPE).workers

    assert (direct.status, [one.kind for one in direct.findings]) == ("direct", ["call"])
    assert undecided.status == "unknown"
    assert [(one.kind, one.line) for one in undecided.findings] == [("dynamic", 3)]
