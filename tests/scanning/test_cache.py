"""The cache: a warm scan says what a cold one says, and its loss costs only time."""

import multiprocessing
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from migration_tracker.scanning import FileCache, Inventory, NoCache, WorkTree, scan
from tests.scanning.trees import SCOPE, TRANSPORT, write

FILES = {
    **TRANSPORT,
    "workers/a_worker.py": """
        from workers.clients import Reader

        class Worker:
            async def start(self, tasks: list[int] = ()):
                self.client: Reader = Reader(f"{tasks}")
        """,
    "workers/b_worker.py": "from transport import create_producer\n\nproducer = create_producer()\n",
    "workers/clients.py": "from aiokafka import AIOKafkaConsumer as Reader\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "tree", FILES)


def scan_with(folder: Path, path: Path, most: int = 100) -> Inventory:
    with FileCache(path, most=most) as cache:
        return scan(WorkTree(folder), SCOPE, cache)


def plain(inventory: Inventory) -> Inventory:
    return replace(inventory, seconds=0, files=replace(inventory.files, cached=0))


def test_warm_equals_cold(folder: Path, tmp_path: Path) -> None:
    without = scan(WorkTree(folder), SCOPE, NoCache())
    cold = scan_with(folder, tmp_path / "cache" / "blobs")
    warm = scan_with(folder, tmp_path / "cache" / "blobs")

    assert plain(without) == plain(cold) == plain(warm)
    assert (cold.files.cached, warm.files.cached) == (0, warm.files.parsed)


def test_a_changed_file_is_read_anew(folder: Path, tmp_path: Path) -> None:
    scan_with(folder, tmp_path / "blobs")
    write(folder, {"workers/clients.py": "Reader = None\n"})

    inventory = scan_with(folder, tmp_path / "blobs")

    assert [worker.status for worker in inventory.workers] == ["none", "migrated"]


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_damaged_cache_is_as_if_it_were_empty(damage: bytes, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "blobs"
    path.write_bytes(damage)

    first, second, third = (scan_with(folder, path) for _ in range(3))

    assert plain(first) == plain(second) == plain(third)
    assert third.files.cached == third.files.parsed


def test_entries_that_say_nonsense_are_ignored(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "blobs"
    cold = scan_with(folder, path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE entries SET value = x'789c8b8e050001150089'")  # []
    connection.commit()
    connection.close()

    assert plain(scan_with(folder, path)) == plain(cold)


def test_a_folder_that_cannot_be_written_is_no_error(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    inventory = scan_with(folder, tmp_path / "file" / "blobs")

    assert inventory.files.cached == 0


def test_it_stays_bounded_and_keeps_what_was_used_last(folder: Path, tmp_path: Path) -> None:
    for number in range(10):
        write(folder, {"workers/a_worker.py": f"x = {number}\n"})
        scan_with(folder, tmp_path / "blobs", most=12)
    connection = sqlite3.connect(tmp_path / "blobs")
    (count,) = connection.execute("SELECT count(*) FROM entries").fetchone()
    connection.close()

    assert count <= 12


def _scan_often(folder: Path, path: Path) -> None:
    for number in range(5):
        assert len(scan_with(folder, path).workers) == 2, number


def test_several_processes_may_use_it_at_once(folder: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_scan_often, args=(folder, tmp_path / "blobs")) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0, 0]
    warm = scan_with(folder, tmp_path / "blobs")
    assert warm.files.cached == warm.files.parsed
