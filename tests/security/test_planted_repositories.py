"""A commit that holds the files of a bare repository does not have git start what its configuration names."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from migration_tracker.commands.unchanged import STATUS
from migration_tracker.fetching import fetch
from migration_tracker.patches import branch
from migration_tracker.patches.errors import PushRefused
from migration_tracker.scanning import git as reading
from migration_tracker.scanning.errors import PlantedRepository
from migration_tracker.scanning.sources import Revision, WorkTree
from tests.conftest import commit, git


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A clone of a repository in whose folder `sub` such files lie; their filter leaves the file `ran`."""
    author, inner = tmp_path / "author", tmp_path / "inner"
    for folder in (author, inner):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "a.txt").write_text("a\n")
        git(folder, "init", "--quiet", "--initial-branch", "main")
    git(inner, "add", "--all")
    (inner / ".git" / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n"
        f'[filter "x"]\n\tclean = touch {tmp_path}/ran; cat\n'
    )
    for one in ("HEAD", "config", "index", "objects"):
        (inner / ".git" / one).rename(author / "sub" / one)
    (author / "sub" / "refs" / "heads").mkdir(parents=True)
    (author / "sub" / "refs" / "heads" / "kept").touch()
    (author / ".gitattributes").write_text("*.txt filter=x\n")
    commit(author)
    git(tmp_path, "clone", "--quiet", str(author), "clone")
    folder = tmp_path / "clone" / "sub"
    os.utime(folder / "a.txt", (1, 1))  # so that status has to look into it
    return folder


def test_git_itself_would_run_it(planted: Path, tmp_path: Path):
    git(planted, *STATUS)
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("read", [reading.state, reading.is_inside, reading.listed, Revision, WorkTree])
def test_reading_such_a_folder_is_refused_in_words(
    planted: Path, tmp_path: Path, read: Callable[[Path], object]
):
    with pytest.raises(PlantedRepository, match=r"sub: files of a bare repository .* remove them"):
        read(planted)
    assert not (tmp_path / "ran").exists()


def test_a_patch_is_not_pushed_from_it(planted: Path):
    nothing = {"url": "/nowhere", "branch": "b", "message": "m", "author": ("a", "a@b"), "at": None}
    with pytest.raises(PushRefused, match="cannot use bare repository"):
        branch.push(planted, "HEAD", "", **nothing)


def test_above_it_the_repository_is_read_as_ever(planted: Path, tmp_path: Path):
    top = planted.parent
    assert reading.commit(top, "HEAD") == git(tmp_path / "author", "rev-parse", "HEAD")
    assert "sub/config" in reading.listed(top)
    assert not (tmp_path / "ran").exists()


def test_a_bare_repository_of_ones_own_and_a_mirror_in_a_work_tree_are_read(sample: Path, tmp_path: Path):
    git(tmp_path, "clone", "--quiet", "--bare", str(sample), "own.git")
    mirror = sample / "mirror"
    for _ in range(2):
        fetch(f"file://{sample}", mirror, local=True)
    (mirror / ".git").unlink()  # as older trackers left it
    fetch(f"file://{sample}", mirror, local=True)
    for folder in (tmp_path / "own.git", mirror):
        assert Revision(folder).commit == git(sample, "rev-parse", "HEAD")
