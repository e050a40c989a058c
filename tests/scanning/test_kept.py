"""Whole inventories that are kept: the same files are not read again, and no change goes unseen."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from migration_tracker import scanning
from migration_tracker.scanning import (
    Entry,
    FileCache,
    Inventory,
    Revision,
    Scope,
    Unreadable,
    WorkTree,
    scan,
)
from tests.scanning.trees import SCOPE, run_git, write

WORKER = "workers/claimx/download_worker.py"
OTHER = "shared/clients.py"
DIRECT = "from aiokafka import AIOKafkaConsumer\n\nconsumer = AIOKafkaConsumer('topic')\n"
HARMLESS = DIRECT.replace("= AIOKafkaConsumer(", "= ANOKafkaConsumer(").replace("import AIO", "import ANO")
FILES = {WORKER: "import shared.clients\n", OTHER: HARMLESS, "config/topics.toml": "a = 1\n"}

DEFINITION = """
name = "Transport layer"
[legacy]
symbols = ["aiokafka.AIOKafkaConsumer"]
[replacement]
symbols = ["transport.create_consumer"]
[workers]
root = "workers"
include = ["workers/**/*_worker.py"]
"""


class Watched:
    """A work tree that tells which files were read."""

    def __init__(self, folder: Path) -> None:
        self._tree = WorkTree(folder)
        self.root, self.commit, self.dirty = self._tree.root, self._tree.commit, self._tree.dirty
        self.paths: list[str] = []

    def entries(self) -> tuple[Entry, ...]:
        return self._tree.entries()

    def stamps(self, paths: Iterable[str]) -> dict[str, str]:
        return self._tree.stamps(paths)

    def read(self, paths: Iterable[str], *, most: int) -> Iterator[tuple[str, bytes | Unreadable]]:
        for path, content in self._tree.read(paths, most=most):
            self.paths.append(path)
            yield path, content


@pytest.fixture
def rescan(tmp_path: Path) -> Callable[..., tuple[Inventory, list[str]]]:
    """Scan a folder with one cache for all; also returns which files were read."""

    def scan_again(folder: Path, scope: Scope = SCOPE) -> tuple[Inventory, list[str]]:
        watched = Watched(folder)
        with FileCache(tmp_path / "cache.sqlite3") as cache:
            return scan(watched, scope, cache), watched.paths

    return scan_again


def settle(folder: Path, *only: str) -> None:
    """Wait until every file, or only some, has a stamp, which it has not while it was just written."""
    deadline = time.monotonic() + 60
    tree = WorkTree(folder)
    paths = set(only) or {entry.path for entry in tree.entries()}
    while tree.stamps(paths).keys() != paths:
        assert time.monotonic() < deadline, "a plain file has no stamp"
        time.sleep(0.05)


def timeless(inventory: Inventory) -> Inventory:
    return replace(inventory, seconds=0, files=replace(inventory.files, cached=0))


def test_a_tree_that_did_not_change_is_not_read_again_and_any_change_is_seen(
    repository: Callable[[Mapping[str, str]], Path],
    rescan: Callable[..., tuple[Inventory, list[str]]],
) -> None:
    folder = repository(FILES)
    scope = replace(SCOPE, also=("config/*.toml",))
    settle(folder)

    first, _ = rescan(folder, scope)
    second, read = rescan(folder, scope)
    assert read == []
    assert timeless(second) == timeless(first)
    assert second.files.cached == second.files.parsed

    # A file of the same size with the times of before: only the time of the change of its inode tells.
    place = folder / OTHER
    before = place.stat()
    place.write_text(DIRECT)
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    changed, _ = rescan(folder, scope)
    assert [one.path for one in changed.elsewhere] == [OTHER]
    assert changed.dirty

    (folder / "config" / "topics.toml").write_text("a = 2\n")
    also, _ = rescan(folder, scope)
    assert also.workers[0].fingerprint != changed.workers[0].fingerprint

    write(folder, {"tools/replay.py": DIRECT})
    added, _ = rescan(folder, scope)
    assert [one.path for one in added.elsewhere] == [OTHER, "tools/replay.py"]

    (folder / OTHER).unlink()
    gone, _ = rescan(folder, scope)
    assert [one.path for one in gone.elsewhere] == ["tools/replay.py"]

    narrower, _ = rescan(folder, replace(scope, legacy=("aiokafka.AIOKafkaProducer",)))
    assert narrower.elsewhere == ()


def test_a_kept_inventory_is_told_with_the_commit_of_now(
    repository: Callable[[Mapping[str, str]], Path],
    rescan: Callable[..., tuple[Inventory, list[str]]],
) -> None:
    folder = repository(FILES)
    first, _ = rescan(folder)

    run_git(folder, "commit", "--quiet", "--allow-empty", "--message=second")
    second, _ = rescan(folder)

    assert first.commit != second.commit == run_git(folder, "rev-parse", "HEAD")


def test_a_file_that_is_too_large_stays_reported_when_the_inventory_is_kept(
    repository: Callable[[Mapping[str, str]], Path],
    rescan: Callable[..., tuple[Inventory, list[str]]],
) -> None:
    folder = repository({**FILES, "tools/large.py": "# much\n" * 300_000})

    first, second = rescan(folder)[0], rescan(folder)[0]

    assert [one.path for one in first.files.unreadable] == ["tools/large.py"]
    assert timeless(second) == timeless(first)


def test_links_of_one_text_in_two_folders_are_two_files(
    repository: Callable[[Mapping[str, str]], Path],
) -> None:
    folder = repository({"one/real.py": DIRECT, "two/real.py": "value = 1\n"})
    for name in ("one", "two"):
        (folder / name / "linked.py").symlink_to("real.py")
    run_git(folder, "add", "--all")
    run_git(folder, "commit", "--quiet", "--message=links")

    inventory = scan(Revision(folder), SCOPE)

    assert [one.path for one in inventory.elsewhere] == ["one/linked.py", "one/real.py"]


@pytest.mark.parametrize("written", [[], {"a.py": 1}, {"a.py": ["1"]}, "text"])
def test_stamps_that_something_else_wrote_are_as_if_there_were_none(
    repository: Callable[[Mapping[str, str]], Path], tmp_path: Path, written: object
) -> None:
    folder = repository(FILES)
    with FileCache(tmp_path / "cache.sqlite3") as cache:
        cache.put(f"stamps:{folder}", written)

    with FileCache(tmp_path / "cache.sqlite3") as cache:
        assert scan(WorkTree(folder), SCOPE, cache).files.seen == 5


def test_everything_that_the_package_offers_is_found_when_it_is_asked_for() -> None:
    assert all(getattr(scanning, name).__name__ for name in scanning.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'no_such'"):
        scanning.no_such  # noqa: B018


def test_a_scan_of_what_did_not_change_imports_nothing_that_parses_or_links(
    repository: Callable[[Mapping[str, str]], Path], tmp_path: Path
) -> None:
    folder = write(repository(FILES), {"migration.toml": DEFINITION})
    settle(folder)
    program = (
        "import sys; from migration_tracker.cli import main; main(['scan', sys.argv[1]]);"
        "print([name for name in sys.modules if '.linking' in name or '.facts' in name], file=sys.stderr)"
    )

    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder)],
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
            check=True,
            capture_output=True,
            text=True,
        )

    assert done.stderr.strip() == "[]"
