"""Small trees of files, on disk and in git."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from migration_tracker.scanning import Inventory, Scope, WorkTree, scan
from tests.scanning.trees import SCOPE, TRANSPORT, run_git, write


@pytest.fixture
def scanned(tmp_path: Path) -> Callable[..., Inventory]:
    """Write files and the transport layer, and scan them."""

    def scan_files(files: Mapping[str, str | bytes], scope: Scope = SCOPE) -> Inventory:
        return scan(WorkTree(write(tmp_path, {**TRANSPORT, **files})), scope)

    return scan_files


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Write files and the transport layer into a git repository, and commit them."""

    def commit_files(files: Mapping[str, str | bytes]) -> Path:
        folder = write(tmp_path / "repository", {**TRANSPORT, **files})
        run_git(folder, "init", "--quiet", "--initial-branch=main")
        run_git(folder, "add", "--all")
        run_git(folder, "commit", "--quiet", "--message=first")
        return folder

    return commit_files
