"""Wherever a form is put, it gets the verdict it was made for: cold, warm, unfiltered, and in history."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migration_tracker.scanning import FileCache, Inventory, Rule, Status, WorkTree, admission, history, scan
from migration_tracker.scanning.prefilter import Prefilter
from tests.scanning.placed import Found, Placed, placed
from tests.scanning.trees import SCOPE, run_git, write


def examples(few: int, many: int) -> Callable[[Any], Any]:
    """Two forms of a property: a short one that always runs, and a long one."""
    return pytest.mark.parametrize(
        "number",
        [pytest.param(few, id="short"), pytest.param(many, id="long", marks=[pytest.mark.long, LONG])],
    )


LONG = pytest.mark.timeout(1_800)


def check(number: int, strategy: st.SearchStrategy[Any], test: Callable[[Any], None]) -> None:
    """Run a property on so many examples."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    settings(max_examples=number, deadline=None, suppress_health_check=quiet)(given(strategy)(test))()


def found(inventory: Inventory) -> dict[str, Found]:
    said = {}
    for worker in inventory.workers:
        rule = Rule.TRANSPORT if worker.status is Status.MIGRATED else Rule.DIRECT
        counting = [
            one for one in worker.findings if one.counts and one.rule is rule and one.kind != "dynamic"
        ]
        said[worker.path] = (worker.status, tuple((one.line, one.kind, one.via) for one in counting))
    return said


def plain(inventory: Inventory) -> tuple[object, ...]:
    return inventory.workers, inventory.elsewhere, inventory.files.unreadable


@examples(40, 2_000)
def test_a_form_gets_its_verdict_wherever_it_is(number: int) -> None:
    def holds(tree: Placed) -> None:
        with TemporaryDirectory() as folder:
            inventory = scan(WorkTree(write(Path(folder), tree.files)), SCOPE, with_checklist=False)
        assert found(inventory) == tree.expected

    check(number, placed(), holds)


@examples(15, 1_000)
def test_without_the_prefilter_a_scan_says_the_same(number: int) -> None:
    def holds(tree: Placed) -> None:
        with TemporaryDirectory() as folder:
            source = WorkTree(write(Path(folder), tree.files))
            filtered = scan(source, SCOPE)
            with mock.patch.object(Prefilter, "is_seed", return_value=True):
                whole = scan(source, SCOPE)
        assert (filtered.workers, filtered.elsewhere) == (whole.workers, whole.elsewhere)
        assert whole.files.parsed + len(whole.files.unreadable) == whole.files.seen

    check(number, placed(), holds)


@examples(15, 1_000)
def test_very_many_that_pass_a_client_on_are_asked_as_few_are(number: int) -> None:
    def holds(tree: Placed) -> None:
        with TemporaryDirectory() as folder:
            source = WorkTree(write(Path(folder), tree.files))
            few = scan(source, SCOPE)
            with mock.patch.object(admission, "_FEW", 0):
                many = scan(source, SCOPE)
        assert plain(few) == plain(many)

    check(number, placed(), holds)


@examples(10, 500)
def test_a_warm_scan_says_what_a_cold_one_says(number: int) -> None:
    def holds(tree: Placed) -> None:
        with TemporaryDirectory() as folder:
            source = WorkTree(write(Path(folder) / "tree", tree.files))
            cold = scan(source, SCOPE)
            with FileCache(Path(folder) / "cache") as cache:
                filling = scan(source, SCOPE, cache)
            with FileCache(Path(folder) / "cache") as cache:
                warm = scan(source, SCOPE, cache)
        assert plain(cold) == plain(filling) == plain(warm)
        assert warm.files.cached == warm.files.parsed

    check(number, placed(), holds)


Step = tuple[Placed, int, int | None]
"""The tree of a commit; how many commits back its parent lies; and how many back one that it merges."""


def steps() -> st.SearchStrategy[list[Step]]:
    step = st.tuples(placed(most=2), st.integers(1, 2), st.none() | st.integers(1, 4))
    return st.lists(step, min_size=2, max_size=6)


@examples(6, 300)
def test_history_counts_at_every_commit_what_a_scan_of_its_files_counts(number: int) -> None:
    def holds(taken: list[Step]) -> None:
        with TemporaryDirectory() as scratch:
            folder = Path(scratch)
            ids = committed(folder / "repository", taken)
            told = {
                point.commit.id: point.counts
                for point in history.history(folder / "repository", ids[-1], SCOPE)
            }
            for position, (tree, _, _) in enumerate(taken):
                if ids[position] in told:
                    alone = scan(
                        WorkTree(write(folder / str(position), tree.files)), SCOPE, with_checklist=False
                    )
                    assert told[ids[position]] == Counter(worker.status for worker in alone.workers)
            assert len(told) == len(run_git(folder / "repository", "rev-list", ids[-1]).split())

    check(number, steps(), holds)


def committed(folder: Path, taken: list[Step]) -> list[str]:
    """Commit the trees; some branch off, some merge."""
    folder.mkdir()
    run_git(folder, "init", "--quiet")
    ids: list[str] = []
    for number, (tree, back, merged) in enumerate(taken):
        run_git(folder, "rm", "-r", "--quiet", "--cached", "--ignore-unmatch", ".")
        for old in [path for path in folder.iterdir() if path.name != ".git"]:
            run_git(folder, "clean", "-d", "--force", "--quiet", "--", old.name)
        write(folder, tree.files)
        run_git(folder, "add", "--all")
        parents = [ids[-step] for step in dict.fromkeys((back, merged)) if step and step <= len(ids)]
        written = run_git(folder, "write-tree")
        given_parents = [word for parent in parents for word in ("-p", parent)]
        ids.append(run_git(folder, "commit-tree", written, *given_parents, "-m", f"step {number}"))
    return ids
