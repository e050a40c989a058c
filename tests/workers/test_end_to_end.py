"""The whole pipeline: events in at the ingesters; rows, files and partners' posts out; each worker a process.

Every message is sent twice, and each worker is killed once amid its work: what comes out must be what one
undisturbed run would give.
"""

import asyncio
import json
import shutil
import signal
import urllib.request
from pathlib import Path

import pytest

import transport.local
from tests.workers.fleet import eventually
from tests.workers.flow import (
    CLAIMX_FILES,
    GROUPS,
    VERISK_FILES,
    claimx_events,
    entity_rows_are_those_of_one_run,
    send_twice,
    verisk_events,
)
from workers.local import data
from workers.local.file_host import content
from workers.registry import names
from workers.settings import PLUGINS

pytestmark = [
    pytest.mark.broker,
    pytest.mark.early,
    pytest.mark.timeout(400),
]  # they take some 30 s, where nothing else runs

TRIGGER = """
[[triggers]]
domain = "claimx"
event_types = ["CUSTOM_TASK_COMPLETED"]
topic = "plugins.task_notices.pending"
"""


@pytest.fixture
def fleet(start, tmp_path):
    """Begins workers by name, in an environment of their own; `running` holds the present process of each."""
    return Fleet(start, tmp_path)


class Fleet:
    """Workers as processes, and what they wrote."""

    def __init__(self, start, folder: Path) -> None:
        self._start = start
        self.folder = folder
        self.running = {}
        self.killed = {}

    def begin(self, broker) -> None:
        world = json.loads(self._start("workers.local", "--json").until_it_says("{"))
        plugins = Path(shutil.copytree(PLUGINS, self.folder / "plugins"))
        with (plugins / "task_notices.toml").open("a") as file:
            file.write(TRIGGER)
        self.world = world
        self.environment = {
            **broker.environment,
            **world,
            "CACHE_DIR": str(self.folder / "cache"),
            "STORAGE_URL": str(self.folder / "store"),
            "TABLES_URL": str(self.folder / "tables"),
            "PLUGINS_DIR": str(plugins),
        }
        for name in names():
            self.running[name] = self._worker(name)

    def _worker(self, name: str):
        return self._start("workers", name, **self.environment)

    async def kill_amid_its_work(self, name: str) -> None:
        """Kill -9 as soon as it has worked on a message, and start it anew."""
        first = self.running[name]
        await eventually(lambda: '"trace_id"' in first.log, lambda: f"{name}: {first.log}")
        first.signal(signal.SIGKILL)
        assert first.exit_code() == -signal.SIGKILL
        self.killed[name] = first
        self.running[name] = self._worker(name)

    def stop(self, working) -> None:
        for name in working:
            self.running[name].signal(signal.SIGTERM)
        for name in working:
            assert self.running[name].exit_code() == 0, self.running[name].log

    def told(self, path: str, service: str) -> list:
        """What one of the services outside remembers."""
        headers = {"Authorization": f"Bearer {self.world[f'{service}_TOKEN']}"}
        request = urllib.request.Request(self.world[f"{service}_URL"] + path, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def files(self) -> dict[str, bytes]:
        """What is in the store, but for copies that a kill cut short: they bear a name that nobody reads."""
        store = self.folder / "store"
        return {
            file.relative_to(store).as_posix(): file.read_bytes()
            for file in store.rglob("*")
            if file.is_file() and file.suffix != ".part"
        }


@pytest.fixture
def table(rows, tmp_path):
    """The values of one or more columns of a Delta table, sorted."""

    def table(name: str, *columns: str) -> list:
        found = [tuple(row[column] for column in columns) for row in rows(tmp_path / "tables" / name)]
        return sorted(found if len(columns) > 1 else [value for (value,) in found])

    return table


@pytest.mark.parametrize("transport_name", ["kafka", "eventhub"])
async def test_rows_files_and_posts_are_those_of_one_undisturbed_run(
    transport_name, fleet, pipeline_on, table
):
    if reason := transport.local.missing(transport_name):
        pytest.skip(reason)
    with getattr(transport.local, transport_name)() as broker:
        pipeline = await pipeline_on(broker)
        fleet.begin(broker)
        for worker in fleet.running.values():
            worker.until_it_says("worker is ready")
        claimx, verisk = claimx_events(), verisk_events(fleet.world["FILE_HOST_URL"])
        await send_twice(pipeline, claimx[::2], verisk[::2])
        await asyncio.gather(*map(fleet.kill_amid_its_work, names()))
        await send_twice(pipeline, claimx[1::2], verisk[1::2])

        forms = sorted(f"t-{project}-{number}" for project in data.PROJECTS for number in (1, 2))
        await eventually(
            lambda: (
                len(table("claimx_download_results", "media_id")) >= len(CLAIMX_FILES)
                and len(table("xact_attachments", "media_id")) >= len(VERISK_FILES)
                and len(table("itel_cabinet_forms", "assignment_id")) >= len(forms)
                and len(fleet.told("/cabinets/orders", "ITEL_API")) >= len(data.PROJECTS)
            ),
            lambda: [worker.log[-2000:] for worker in fleet.running.values()],
        )
        for topic, group in GROUPS:  # as messages flow: who is done with all has been sent all
            await pipeline.all_committed(topic, group)
        fleet.stop(names())

    entity_rows_are_those_of_one_run(table)
    outcomes = table("claimx_download_results", "blob_path", "status")
    assert outcomes == sorted((path, "completed") for path in CLAIMX_FILES)
    attachments = table("xact_attachments", "blob_path", "status")
    assert [status for _, status in attachments] == ["completed"] * len(VERISK_FILES)
    assert table("xact_attachments_failed", "media_id") == []
    files = fleet.files()
    assert {path: files[path] for path in CLAIMX_FILES} == {
        path: content(where) for path, where in CLAIMX_FILES.items()
    }
    assert sorted(files[path] for path, _ in attachments) == sorted(map(content, VERISK_FILES))
    assert files.keys() == CLAIMX_FILES.keys() | {path for path, _ in attachments}
    assert table("itel_cabinet_forms", "assignment_id") == forms
    photos = [(f"t-{p}-1", f"m-{p}-{number}") for p in data.PROJECTS for number in (1, 2)]
    assert table("itel_cabinet_attachments", "assignment_id", "media_id") == sorted(photos)
    orders = fleet.told("/cabinets/orders", "ITEL_API")
    assert sorted(order["reference"] for order in orders) == [f"t-{project}-1" for project in data.PROJECTS]
    notices = {notice["event"] for posted in fleet.told("/data", "CLAIMX_API") for notice in posted}
    assert notices == {event["event_id"] for event in claimx if event["event_type"].startswith("CUSTOM")}
    for worker in (*fleet.running.values(), *fleet.killed.values()):
        assert "signature=" not in worker.log
        assert fleet.world["CLAIMX_API_TOKEN"] not in worker.log
    for name, worker in fleet.killed.items():
        told = [line for line in worker.lines if "trace_id" in line]
        assert told
        assert all(line["worker"] == name and line["key"] for line in told)
