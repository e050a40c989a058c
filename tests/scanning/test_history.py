"""The past by today's definition: every commit gets what a scan of its checkout would count."""

import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from migration_tracker.scanning import FileCache, NoCache, SourceError, Status, WorkTree, history, scan
from migration_tracker.scanning.history import Point, commits, is_shallow, turns
from migration_tracker.scanning.sources import objects
from tests.scanning.trees import SCOPE, TRANSPORT, run_git, write

A, B = "workers/a_worker.py", "workers/b_worker.py"
DIRECT = "from aiokafka import AIOKafkaConsumer\n\nclient = AIOKafkaConsumer()\n"
MIGRATED = "from transport import create_consumer\n\nclient = create_consumer()\n"
HELPED = "from workers.clients import make\n\nclient = make()\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    run_git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def commit(folder: Path, files: Mapping[str, str | bytes | None], subject: str = "change") -> str:
    for path, content in files.items():
        if content is None:
            (folder / path).unlink()
    write(folder, {path: content for path, content in files.items() if content is not None})
    run_git(folder, "add", "--all")
    run_git(folder, "commit", "--quiet", "--allow-empty", f"--message={subject}")
    return run_git(folder, "rev-parse", "HEAD")


def points(folder: Path, revision: str = "HEAD") -> list[Point]:
    return list(history.history(folder, revision, SCOPE))


def counted(found: list[Point]) -> list[dict[Status, int]]:
    return [{status: number for status, number in point.counts.items() if number} for point in found]


def by_checkouts(folder: Path, scratch: Path) -> list[Counter[Status]]:
    """What scans of checkouts count, commit by commit."""
    counts = []
    for one in commits(folder, "HEAD"):
        place = scratch / one.id
        run_git(folder, "worktree", "add", "--quiet", "--detach", str(place), one.id)
        counts.append(Counter(worker.status for worker in scan(WorkTree(place), SCOPE).workers))
    return counts


def branching(folder: Path) -> None:
    """Two branches that know nothing of each other, merged, and one that is thrown away in the merge."""
    commit(folder, {**TRANSPORT, A: DIRECT, "README.md": "first"})
    commit(folder, {"README.md": "second"})
    run_git(folder, "switch", "--quiet", "--create", "other")
    commit(folder, {B: HELPED})
    commit(folder, {"workers/clients.py": "from aiokafka import AIOKafkaConsumer as make\n"})
    run_git(folder, "switch", "--quiet", "main")
    commit(folder, {A: MIGRATED})
    run_git(folder, "merge", "--quiet", "--no-ff", "--message=merge", "other")
    run_git(folder, "switch", "--quiet", "--create", "lost", "HEAD~1")
    commit(folder, {A: DIRECT})
    run_git(folder, "switch", "--quiet", "main")
    run_git(folder, "merge", "--quiet", "--strategy=ours", "--message=lost", "lost")
    commit(folder, {"workers/clients.py": "from transport import create_consumer as make\n"})
    commit(folder, {A: None})


def test_every_commit_counts_what_a_scan_of_its_checkout_counts(folder: Path, tmp_path: Path) -> None:
    branching(folder)

    found = points(folder)

    assert counted(found) == [dict(one) for one in by_checkouts(folder, tmp_path)]
    parents = {
        line.split()[0]: line.split()[1:]
        for line in run_git(folder, "rev-list", "--parents", "HEAD").splitlines()
    }
    order = [point.commit.id for point in found]
    assert sorted(order) == sorted(parents)
    assert all(order.index(parent) < order.index(child) for child in order for parent in parents[child])
    line = run_git(folder, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    assert [point.commit.id for point in found if point.commit.on_line] == line


def test_links_submodules_and_large_files_are_taken_as_a_checkout_has_them(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run_git(other, "init", "--quiet")
    commit(other, {A: DIRECT})
    commit(folder, {**TRANSPORT, "kept/client.txt": DIRECT, B: "x = 0\n" * 400_000})
    (folder / A).symlink_to("../kept/client.txt")
    (folder / "workers/out_worker.py").symlink_to("/etc/passwd")
    (folder / "workers/loop_worker.py").symlink_to("loop_worker.py")
    commit(folder, {})
    commit(folder, {"kept/client.txt": MIGRATED})
    run_git(
        folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "workers/sub"
    )
    commit(folder, {"kept/client.txt": None})

    assert counted(points(folder)) == [dict(one) for one in by_checkouts(folder, tmp_path / "scratch")]


def test_each_blob_is_read_once_and_a_warm_history_reads_none(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    branching(folder)
    read: list[str] = []
    fetch = objects.Objects.fetch
    monkeypatch.setattr(
        objects.Objects, "fetch", lambda self, blobs: (read.extend(blobs), fetch(self, blobs))[1]
    )

    with FileCache(tmp_path / "cache") as cache:
        cold = list(history.history(folder, "HEAD", SCOPE, cache))
    assert len(read) == len(set(read)) > 5
    read.clear()
    with FileCache(tmp_path / "cache") as cache:
        warm = list(history.history(folder, "HEAD", SCOPE, cache))

    assert counted(warm) == counted(cold) == counted(list(history.history(folder, "HEAD", SCOPE, NoCache())))
    assert [point.as_json() for point in warm] == [point.as_json() for point in cold]


def test_another_scope_is_not_answered_from_the_cache(folder: Path, tmp_path: Path) -> None:
    commit(folder, {**TRANSPORT, A: DIRECT})
    elsewhere = type(SCOPE)(
        legacy=("other.Client",), replacement=("x.y",), roots=("workers",), include=SCOPE.include
    )

    with FileCache(tmp_path / "cache") as cache:
        first = list(history.history(folder, "HEAD", SCOPE, cache))
    with FileCache(tmp_path / "cache") as cache:
        second = list(history.history(folder, "HEAD", elsewhere, cache))

    assert counted(first) == [{Status.DIRECT: 1}]
    assert counted(second) == [{Status.NONE: 1}]


def test_a_folder_within_the_repository_has_its_own_history(folder: Path) -> None:
    commit(folder, {f"service/{path}": text for path, text in {**TRANSPORT, A: DIRECT}.items()})
    commit(folder, {A: DIRECT, "service/" + A: MIGRATED})

    assert counted(points(folder / "service")) == [{Status.DIRECT: 1}, {Status.MIGRATED: 1}]


def test_a_shallow_clone_begins_where_it_was_cut(folder: Path, tmp_path: Path) -> None:
    branching(folder)
    run_git(tmp_path, "clone", "--quiet", "--depth=2", folder.as_uri(), "shallow")

    found = points(tmp_path / "shallow")

    assert is_shallow(tmp_path / "shallow")
    assert not is_shallow(folder)
    whole = {point.commit.id: point.counts for point in points(folder)}
    assert 0 < len(found) < len(whole)
    assert all(point.counts == whole[point.commit.id] for point in found)


def test_a_detached_head_and_any_revision_are_taken(folder: Path) -> None:
    first = commit(folder, {A: DIRECT})
    commit(folder, {A: MIGRATED, **TRANSPORT})
    run_git(folder, "tag", "--annotate", "--message=one", "one", first)
    run_git(folder, "checkout", "--quiet", "--detach", first)

    assert counted(points(folder)) == counted(points(folder, "one")) == [{Status.DIRECT: 1}]
    assert len(points(folder, "main")) == 2


def test_a_repository_without_a_commit_has_no_history(folder: Path) -> None:
    assert points(folder) == []
    with pytest.raises(SourceError, match="no commit “main” here"):
        points(folder, "main")


def test_a_repository_with_longer_hashes_is_read(tmp_path: Path) -> None:
    made = subprocess.run(
        ["git", "init", "--quiet", "--object-format=sha256", str(tmp_path / "long")], capture_output=True
    )
    if made.returncode:
        pytest.skip("this git knows no SHA-256")
    commit(tmp_path / "long", {A: DIRECT})
    commit(tmp_path / "long", {A: MIGRATED, **TRANSPORT})

    assert counted(points(tmp_path / "long")) == [{Status.DIRECT: 1}, {Status.MIGRATED: 1}]


def test_a_missing_object_is_told(folder: Path) -> None:
    commit(folder, {A: DIRECT})
    blob = run_git(folder, "rev-parse", f"HEAD:{A}")
    (folder / ".git/objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(SourceError, match=f"the object {blob} is missing"):
        points(folder)


def test_a_commit_that_the_definition_does_not_fit_is_named(folder: Path) -> None:
    two = type(SCOPE)(
        legacy=SCOPE.legacy, replacement=SCOPE.replacement, roots=("x", "y"), include=("*/a_worker.py",)
    )
    found = commit(folder, {"x/a_worker.py": DIRECT, "y/a_worker.py": DIRECT})

    with pytest.raises(history.points.ScopeError, match=rf"both be called .*\(at commit {found[:10]}\)"):
        list(history.history(folder, "HEAD", two))


class TestTurns:
    def test_a_worker_is_followed_through_renames_and_merges(self, folder: Path) -> None:
        body = "\n".join(f"def step_{number}():\n    return {number}\n" for number in range(9))
        commit(folder, {**TRANSPORT, "jobs/old.py": DIRECT + body}, "begin")
        commit(folder, {"jobs/old.py": DIRECT + body + "x = 1\n"}, "nothing turns")
        commit(folder, {"jobs/old.py": None, A: DIRECT + body + "x = 2\n"}, "rename")
        run_git(folder, "switch", "--quiet", "--create", "other")
        commit(folder, {A: MIGRATED + body}, "migrate")
        run_git(folder, "switch", "--quiet", "main")
        commit(folder, {"README.md": "x"})
        run_git(folder, "merge", "--quiet", "--no-ff", "--message=merge it", "other")
        commit(folder, {A: None, B: MIGRATED + body}, "rename again")
        commit(folder, {B: DIRECT + body}, "slip back")

        found = list(turns(folder, "HEAD", "b_worker", SCOPE))

        assert [(turn.commit.subject, turn.status, turn.path) for turn in found] == [
            ("begin", "direct", "jobs/old.py"),
            ("rename", "direct", A),
            ("merge it", "migrated", A),
            ("rename again", "migrated", B),
            ("slip back", "direct", B),
        ]

    def test_a_helper_in_another_file_turns_it_too(self, folder: Path) -> None:
        commit(folder, {**TRANSPORT, A: HELPED}, "nothing to help")
        commit(folder, {"workers/clients.py": "from aiokafka import AIOKafkaConsumer as make\n"}, "old")
        commit(folder, {"workers/clients.py": "from transport import create_consumer as make\n"}, "new")

        found = list(turns(folder, "HEAD", "a_worker", SCOPE))

        assert [(turn.commit.subject, turn.status) for turn in found] == [
            ("nothing to help", "none"),
            ("old", "direct"),
            ("new", "migrated"),
        ]

    def test_it_may_go_and_come_back(self, folder: Path) -> None:
        commit(folder, {A: DIRECT}, "here")
        commit(folder, {A: None}, "gone")
        commit(folder, {A: DIRECT}, "back")

        found = list(turns(folder, "HEAD", "a_worker", SCOPE))

        assert [(turn.commit.subject, turn.status) for turn in found] == [
            ("here", "direct"),
            ("gone", None),
            ("back", "direct"),
        ]

    def test_a_path_in_glob_letters_is_that_path_only(self, folder: Path) -> None:
        commit(folder, {"workers/[ab]?_worker.py": DIRECT, "workers/ax_worker.py": MIGRATED, **TRANSPORT})

        assert [turn.status for turn in turns(folder, "HEAD", "[ab]?_worker", SCOPE)] == ["direct"]

    def test_an_unknown_worker_is_told_with_what_comes_near(self, folder: Path) -> None:
        commit(folder, {A: DIRECT})

        with pytest.raises(SourceError, match=r"no worker “a_workr” at .*; did you mean a_worker?"):
            list(turns(folder, "HEAD", "a_workr", SCOPE))


def test_the_answers_of_git_are_told_apart_however_they_are_cut(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths may hold line breaks, commits may change nothing, and pipes break anywhere."""
    commit(folder, {"workers/a\n4b825 x_worker.py": DIRECT, "workers/é_worker.py": MIGRATED, **TRANSPORT})
    commit(folder, {})
    commit(folder, {"workers/a\n4b825 x_worker.py": MIGRATED})
    whole = counted(points(folder))

    for size in (1, 2, 7, 50):
        monkeypatch.setattr(history.trees, "_CHUNK", size)
        assert counted(points(folder)) == whole

    assert whole == [
        {Status.DIRECT: 1, Status.MIGRATED: 1},
        {Status.DIRECT: 1, Status.MIGRATED: 1},
        {Status.MIGRATED: 2},
    ]
