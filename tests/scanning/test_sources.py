"""Reading a work tree and a revision: what is seen, what is not followed, what is told."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from migration_tracker.scanning import Revision, SourceError, Unreadable, WorkTree
from tests.scanning.trees import run_git, write

Commit = Callable[[Mapping[str, str | bytes]], Path]

MOST = 1_000


def read(source: WorkTree | Revision, *paths: str) -> dict[str, bytes | Unreadable]:
    return dict(source.read(paths, most=MOST))


def paths_of(source: WorkTree | Revision) -> set[str]:
    return {entry.path for entry in source.entries() if not entry.path.startswith("transport/")}


def test_a_work_tree_has_tracked_and_unignored_files(repository: Commit) -> None:
    folder = repository({"a.py": "1", ".gitignore": "ignored.py\n", "gone.py": "2"})
    write(folder, {"new.py": "3", "ignored.py": "4"})
    (folder / "gone.py").unlink()

    tree = WorkTree(folder)

    assert paths_of(tree) == {"a.py", ".gitignore", "gone.py", "new.py"}
    assert read(tree, "a.py", "gone.py", "new.py") == {"a.py": b"1", "new.py": b"3"}
    assert tree.dirty
    assert tree.commit == run_git(folder, "rev-parse", "HEAD")


def test_a_clean_work_tree_is_not_dirty(repository: Commit) -> None:
    assert not WorkTree(repository({"a.py": "1"})).dirty


def test_a_repository_without_a_commit_has_none(tmp_path: Path) -> None:
    run_git(write(tmp_path, {"a.py": "1"}), "init", "--quiet")

    tree = WorkTree(tmp_path)

    assert (tree.commit, tree.dirty, paths_of(tree)) == (None, True, {"a.py"})
    with pytest.raises(SourceError, match="no commit “HEAD” here"):
        Revision(tmp_path, "HEAD")


def test_outside_git_all_files_are_read(tmp_path: Path) -> None:
    tree = WorkTree(write(tmp_path, {"a.py": "1", "b/c.py": "2", ".venv/d.py": "3"}))

    assert (tree.commit, tree.dirty, paths_of(tree)) == (None, False, {"a.py", "b/c.py"})


def test_a_revision_is_read_from_git_and_not_from_the_work_tree(repository: Commit) -> None:
    folder = repository({"a.py": "1", "b/c.py": "2"})
    write(folder, {"a.py": "changed", "new.py": "3"})

    revision = Revision(folder, "HEAD")

    assert paths_of(revision) == {"a.py", "b/c.py"}
    assert read(revision, "b/c.py", "a.py", "new.py") == {"b/c.py": b"2", "a.py": b"1"}
    assert not revision.dirty


def test_a_folder_of_a_repository_is_a_source_of_its_own(repository: Commit) -> None:
    folder = repository({"a.py": "1", "b/c.py": "2"})

    assert paths_of(Revision(folder / "b")) == paths_of(WorkTree(folder / "b")) == {"c.py"}


def test_hooks_and_filters_of_the_repository_do_not_run(repository: Commit, tmp_path: Path) -> None:
    folder = repository({"a.py": "1", ".gitattributes": "*.py filter=evil\n"})
    trap = tmp_path / "sprung"
    run_git(folder, "config", "filter.evil.smudge", f"touch {trap}")
    run_git(folder, "config", "core.fsmonitor", f"touch {trap}")

    Revision(folder).export(tmp_path / "out")
    WorkTree(folder).entries()

    assert (tmp_path / "out" / "a.py").read_text() == "1"
    assert not trap.exists()


def test_a_commit_that_names_one_file_many_times_does_not_fill_the_disk(
    repository: Commit, tmp_path: Path
) -> None:
    folder = repository({f"many/{number}.bin": "x" * 1000 for number in range(20)}) / "many"

    with pytest.raises(SourceError, match="have 20,000 bytes together; at most 19,999"):
        Revision(folder).export(tmp_path / "out", most=19_999)

    assert not (tmp_path / "out").exists()
    Revision(folder).export(tmp_path / "out", most=20_000)
    assert len([*(tmp_path / "out").iterdir()]) == 20


@pytest.mark.parametrize("kind", [WorkTree, Revision])
def test_links_are_followed_within_the_tree_only(
    kind: Callable[[Path], WorkTree | Revision], repository: Commit, tmp_path: Path
) -> None:
    folder = repository({"real.py": "1"})
    write(tmp_path, {"secret.py": "outside"})
    for name, target in {
        "inside.py": "real.py",
        "outside.py": "../secret.py",
        "absolute.py": str(tmp_path / "secret.py"),
        "loop.py": "loop.py",
        "missing.py": "nothing.py",
    }.items():
        (folder / name).symlink_to(target)
    (folder / "round").symlink_to(".")
    run_git(folder, "add", "--all")
    run_git(folder, "commit", "--quiet", "--message=links")

    found = read(kind(folder), "inside.py", "outside.py", "absolute.py", "loop.py", "missing.py", "round")

    assert found["inside.py"] == b"1"
    reasons = {path: one.reason for path, one in found.items() if isinstance(one, Unreadable)}
    assert reasons.pop("round", "") in {"", "a symbolic link that leads nowhere"}
    assert reasons == {
        "outside.py": "a symbolic link that leads out of the tree",
        "absolute.py": "a symbolic link that leads out of the tree",
        "loop.py": "a symbolic link that leads nowhere",
        "missing.py": "a symbolic link that leads nowhere",
    }


@pytest.mark.parametrize("kind", [WorkTree, Revision])
def test_a_large_file_is_told_and_not_read(
    kind: Callable[[Path], WorkTree | Revision], repository: Commit
) -> None:
    folder = repository({"large.py": b"#" * (MOST + 1)})

    found = read(kind(folder), "large.py")["large.py"]

    assert isinstance(found, Unreadable)
    assert found.reason.startswith("too large: 0.0 MB")


@pytest.mark.timeout(20)
def test_a_pipe_is_told_and_not_waited_for(tmp_path: Path) -> None:
    folder = write(tmp_path / "plain", {"a.py": "1"})
    os.mkfifo(folder / "pipe.py")
    (folder / "to_pipe.py").symlink_to("pipe.py")

    found = read(WorkTree(folder), *(entry.path for entry in WorkTree(folder).entries()))

    assert found.pop("a.py") == b"1"
    assert {path: one.reason for path, one in found.items() if isinstance(one, Unreadable)} == {
        "pipe.py": "neither a file nor a link to one",
        "to_pipe.py": "neither a file nor a link to one",
    }


@pytest.mark.parametrize("kind", [WorkTree, Revision])
def test_a_path_that_is_not_utf8_is_read(
    kind: Callable[[Path], WorkTree | Revision], repository: Commit
) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    folder = repository({name: "1"})

    assert read(kind(folder), name) == {name: b"1"}


def test_an_export_keeps_modes_and_leaves_out_links_that_lead_outside(
    repository: Commit, tmp_path: Path
) -> None:
    folder = repository({"run.sh": "#!/bin/sh\n", "b/c.py": "2"})
    (folder / "run.sh").chmod(0o755)
    (folder / "inside").symlink_to("b/c.py")
    (folder / "outside").symlink_to("../../secret")
    run_git(folder, "add", "--all")
    run_git(folder, "commit", "--quiet", "--message=more")

    out = tmp_path / "out"
    Revision(folder, "main").export(out)

    assert (out / "b" / "c.py").read_text() == "2"
    assert os.access(out / "run.sh", os.X_OK)
    assert not os.access(out / "b" / "c.py", os.X_OK)
    assert (out / "inside").read_text() == "2"
    assert not (out / "outside").is_symlink()
    assert not (out / ".git").exists()
    with pytest.raises(SourceError, match="cannot write the checkout"):
        Revision(folder).export(out)


def test_what_cannot_be_scanned_is_told_in_one_line(tmp_path: Path, repository: Commit) -> None:
    folder = repository({"a.py": "1"})
    (tmp_path / "file").write_text("")
    (tmp_path / "plain").mkdir()
    cases: dict[str, Callable[[], object]] = {
        "there is no such folder": lambda: WorkTree(tmp_path / "none"),
        "not a folder": lambda: WorkTree(tmp_path / "file"),
        "not in a git repository": lambda: Revision(tmp_path / "plain"),
        "no commit “nope” here": lambda: Revision(folder, "nope"),
        "is no revision": lambda: Revision(folder, "--help"),
    }
    for said, attempt in cases.items():
        with pytest.raises(SourceError, match=said) as raised:
            attempt()
        assert "\n" not in str(raised.value)
