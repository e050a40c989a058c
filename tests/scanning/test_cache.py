"""The cache: a warm scan says what a cold one says, and its loss costs only time."""

import itertools
import json
import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from migration_tracker import cli
from migration_tracker.scanning import FileCache, Inventory, NoCache, WorkTree, scan
from migration_tracker.scanning import cache_file as cache_module
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


DEFINITION = """
    name = "Transport layer"
    legacy.symbols = ["aiokafka.AIOKafkaConsumer"]
    replacement.symbols = ["transport.create_producer"]
    replacement.sanctioned = ["transport"]
    workers.include = ["workers/*_worker.py"]
    """


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


def test_it_stays_below_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "blobs"
    for number in range(30):
        with FileCache(path, most_bytes=400_000) as cache:
            cache.put(f"key-{number}", random.Random(number).randbytes(30_000).hex())

    assert path.stat().st_size < 500_000
    with FileCache(path) as cache:
        assert cache.get("key-29") is not None
        assert cache.get("key-0") is None


def test_little_is_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "_MOST_UNSAVED", 10)
    with FileCache(tmp_path / "blobs") as writing:
        for number in range(25):
            writing.put(f"key-{number}", number)
        with FileCache(tmp_path / "blobs") as reading:
            kept = [number for number in range(25) if reading.get(f"key-{number}") == number]

    assert kept == list(range(20))


def test_a_file_that_is_damaged_within_is_begun_anew(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "blobs"
    cold = scan_with(folder, path)
    content = bytearray(path.read_bytes())
    content[4_096:] = random.Random(1).randbytes(len(content) - 4_096)
    path.write_bytes(content)

    first, second, third = (scan_with(folder, path) for _ in range(3))

    assert plain(first) == plain(second) == plain(third) == plain(cold)
    assert third.files.cached == third.files.parsed


def _write_for_ever(path: Path) -> None:
    for number in itertools.count():
        with FileCache(path) as cache:
            for entry in range(50):
                cache.put(f"{number}-{entry}", ["x" * 5_000])


def test_a_writer_that_is_killed_leaves_it_sound(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "blobs"
    cold = scan_with(folder, path)
    for pause in (0.0, 0.005):
        writer = multiprocessing.get_context("spawn").Process(target=_write_for_ever, args=(path,))
        writer.start()
        before, deadline = path.stat().st_mtime_ns, time.monotonic() + 60
        while path.stat().st_mtime_ns == before and time.monotonic() < deadline:
            time.sleep(pause)
        writer.kill()
        writer.join()

        assert path.stat().st_mtime_ns != before
        assert plain(scan_with(folder, path, most=10_000)) == plain(cold)

    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_another_engine_reads_anew(folder: Path, tmp_path: Path) -> None:
    """The engine is copied and changed in a place that a person would not think of raising a number for."""
    copy = tmp_path / "engine" / "migration_tracker"
    shutil.copytree(
        Path(cli.__file__).parent, copy, ignore=lambda _, names: {"__pycache__", "dashboard"} & set(names)
    )
    write(folder, {"migration.toml": DEFINITION})

    def all_cached() -> bool:
        done = subprocess.run(
            [sys.executable, "-m", "migration_tracker.cli", "scan", str(folder), "--format", "json"],
            cwd=copy.parent,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(copy.parent)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1, done.stderr
        files = json.loads(done.stdout)["files"]
        assert files["parsed"] > 0
        return files["cached"] == files["parsed"]

    assert [all_cached(), all_cached()] == [False, True]
    changed = copy / "scanning/facts/statements.py"
    changed.write_text(changed.read_text() + "\n# a comment\n")
    assert [all_cached(), all_cached()] == [False, True]
