"""Hand-built consumers of many styles, each beside what its patch makes of it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from migration_tracker import definition, scanning
from migration_tracker.codemods import MARK, write
from migration_tracker.scanning import Status, Verdict
from tests.codemods.trees import PAIRS, copied, names, patched, worker_of

RUFF = Path(sys.executable).with_name("ruff")


def test_there_are_at_least_twenty_five_pairs():
    assert len(names()) >= 25


@pytest.mark.parametrize("name", names())
def test_the_patch_is_as_written_and_holds_what_every_patch_must(name, tmp_path):
    folder = copied(tmp_path, name)

    patch = patched(folder, worker_of(name))
    write(patch, folder)

    after = (folder / f"workers/{worker_of(name)}.py").read_text(encoding="utf-8")
    assert after == (PAIRS / name / "after.py").read_text(encoding="utf-8")
    ast.parse(after)
    assert is_formatted(folder, after)
    assert is_clean(folder, worker_of(name)) or MARK in after
    assert len(patch.todos) == after.count(MARK)
    assert patched(folder, worker_of(name)).changes == ()


def is_formatted(folder: Path, text: str) -> bool:
    command = [RUFF, "format", "--check", "--quiet", "--stdin-filename", "worker.py", "-"]
    return subprocess.run(command, cwd=folder, input=text, text=True, check=False).returncode == 0


def is_clean(folder: Path, worker: str) -> bool:
    scope = definition.load(folder / "migration.toml").scope
    inventory = scanning.scan(scanning.WorkTree(folder), scope)
    report = next(one for one in inventory.workers if one.name == worker)
    return report.status is Status.MIGRATED and all(one.verdict is Verdict.MET for one in report.checklist)
