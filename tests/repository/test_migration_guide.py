"""The code in docs/WORKER_MIGRATION_GUIDE.md: what is marked right runs, what is wrong is found to be."""

import ast
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migration_tracker import definition, scanning
from migration_tracker.scanning import Status, Verdict, WorkerReport, WorkTree
from tests.scanning.trees import SCOPE, TRANSPORT, write
from tests.transport.conftest import until
from transport import TransportConfig, create_producer
from transport.checkpoints import FolderStore
from transport.memory import MemoryBroker

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/WORKER_MIGRATION_GUIDE.md").read_text()
BLOCKS = re.findall(r"(?:<!-- ((?:right|wrong).*?) -->\n)?```python\n(.*?)```", GUIDE, re.DOTALL)
ITEMS = {item.key for item in definition.PLAN_ITEMS if item.witness is definition.Witness.SCANNER}


def blocks(mark: str) -> list[str]:
    return [code for marked, code in BLOCKS if marked.partition(":")[0].partition(",")[0] == mark]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[str, WorkerReport]]:
    """The scanner's report of each marked block, as if it were a worker, by its number, with its mark."""
    marked = {f"block_{number}_worker": block for number, block in enumerate(BLOCKS) if block[0]}
    files = {f"workers/{name}.py": code for name, (_, code) in marked.items()}
    folder = write(tmp_path_factory.mktemp("guide"), {**TRANSPORT, **files})
    inventory = scanning.scan(WorkTree(folder), SCOPE)
    return {report.name: (marked[report.name][0], report) for report in inventory.workers}


def test_every_block_is_python() -> None:
    assert len(BLOCKS) >= 12
    for _, code in BLOCKS:
        ast.parse(code)


def test_what_is_right_scans_clean(reports: Mapping[str, tuple[str, WorkerReport]]) -> None:
    right = [report for mark, report in reports.values() if mark == "right"]

    assert len(right) == 4
    for report in right:
        assert report.status is Status.MIGRATED
        unmet = {one.item: one.reason for one in report.checklist if one.verdict is not Verdict.MET}
        assert unmet == {}, report.name
        assert {one.item for one in report.checklist} == ITEMS


def test_what_is_wrong_is_found_to_be_by_just_the_items_it_names(
    reports: Mapping[str, tuple[str, WorkerReport]],
) -> None:
    found = {}
    for mark, report in reports.values():
        if mark.startswith("wrong: "):
            unmet = {one.item for one in report.checklist if one.verdict is Verdict.UNMET}
            found[report.name] = (unmet, set(mark.removeprefix("wrong: ").split(", ")))

    assert len(found) == 5
    assert {name: unmet for name, (unmet, _) in found.items()} == {
        name: said for name, (_, said) in found.items()
    }


def test_what_only_a_reader_sees_is_not_claimed_of_the_scanner(
    reports: Mapping[str, tuple[str, WorkerReport]],
) -> None:
    unseen = [report for mark, report in reports.values() if mark == "wrong, and only a reader sees it"]

    assert len(unseen) == 2
    for report in unseen:
        assert {one.verdict for one in report.checklist} == {Verdict.MET}


class TestWhatIsRightRuns:
    """The workers that are marked right, in memory, each with a partner that fails once."""

    @pytest.fixture
    def broker(self) -> MemoryBroker:
        return MemoryBroker(partitions=1)

    async def test_confirm(self, broker: MemoryBroker) -> None:
        orders = Recorder()

        await handled(broker, "ConfirmWorker", orders, topic="orders.placed", value=b'{"id": 7}')

        assert orders.calls == [7, 7]

    async def test_notify(self, broker: MemoryBroker) -> None:
        partners, people = Recorder(), Recorder(failures=0)

        await handled(broker, "NotifyWorker", partners, people, topic="orders.shipped", value=b"box")

        assert partners.calls == [b"box", b"box"]
        assert people.calls[-1] == b"box"

    async def test_invoice(self, broker: MemoryBroker) -> None:
        await handled(broker, "InvoiceWorker", topic="orders.confirmed", value=b"7")

        assert [message.value for partition in broker.topic("invoices") for message in partition] == [
            b"invoice of 7"
        ]

    async def test_rows(self, broker: MemoryBroker) -> None:
        table = Recorder()

        await handled(
            broker, "RowsWorker", SimpleNamespace(merge=table.tell), topic="orders.placed", value=b"7"
        )

        assert table.calls == [[b"7"], [b"7"]]

    async def test_the_script_tells_a_drained_topic(self, broker: MemoryBroker) -> None:
        (script,) = (code for mark, code in BLOCKS if mark == "right: script")
        is_drained = run(script)["is_drained"]
        config = broker.config()

        assert not await is_drained(config, "orders.confirmed", "orders-invoice-worker")
        await send(config, "orders.confirmed", b"7")
        assert not await is_drained(config, "orders.confirmed", "orders-invoice-worker")
        await handled(broker, "InvoiceWorker", topic="orders.confirmed", value=b"8")
        assert await is_drained(config, "orders.confirmed", "orders-invoice-worker")


async def test_a_position_is_placed_as_the_guide_says(tmp_path: Path) -> None:
    ((path, content),) = re.findall(r"^FOLDER/(\S+)\s+(\{.*\})$", GUIDE, re.MULTILINE)
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(content)
    event_hub, group, partition = path.removesuffix(".json").split("/")

    (progress,) = (await FolderStore(tmp_path, event_hub, group).checkpoints()).items()

    assert progress[0] == partition
    assert progress[1].mark.offset == json.loads(content)["sequence_number"]


class Recorder:
    """Something outside that fails at first, and notes what it was asked for."""

    def __init__(self, failures: int = 1) -> None:
        self.calls: list[Any] = []
        self._failures = failures

    async def tell(self, value: Any) -> None:
        self.calls.append(value)
        if len(self.calls) <= self._failures:
            raise ConnectionError("not now")

    confirm = tell


def run(code: str) -> dict[str, Any]:
    """The names that a block defines."""
    names: dict[str, Any] = {"__name__": "guide"}
    exec(code, names)
    return names


async def send(config: TransportConfig, topic: str, value: bytes) -> None:
    producer = create_producer(config=config, domain="orders", worker_name="test", topic_key="test")
    await producer.start()
    await producer.send(topic, value, key=b"7")
    await producer.stop()


async def handled(broker: MemoryBroker, name: str, *partners: Any, topic: str, value: bytes) -> None:
    """Run a worker of the guide until it has committed a message."""
    (code,) = (code for code in blocks("right") if f"class {name}:" in code)
    config = broker.config()
    worker = run(code)[name](config, *partners)
    await send(config, topic, value)
    await worker.start()

    def is_done() -> bool:
        partitions = worker._consumer.health().partitions
        return all(one.committed == len(broker.topic(one.topic)[one.partition]) for one in partitions)

    try:
        await until(is_done)
    finally:
        await worker.stop()
