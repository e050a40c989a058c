"""The hook for the repositories of others, by pre-commit itself."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.conftest import git
from tests.linting.conftest import DIRECT, MIGRATED, Write

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def pre_commit(folder: Path, *arguments: str, environment: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [BIN / "pre-commit", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": f"{BIN}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
    }


def test_the_manifest_is_one(environment: dict[str, str]) -> None:
    code, said = pre_commit(ROOT, "validate-manifest", ".pre-commit-hooks.yaml", environment=environment)

    assert code == 0, said


def test_the_hook_stops_new_use_and_runs_only_when_it_may_matter(
    begun: None, write: Write, folder: Path, environment: dict[str, str]
) -> None:
    """As it is defined, but installed already: `language: system` instead of an environment of its own."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    del hook["minimum_pre_commit_version"]
    config = {"repos": [{"repo": "local", "hooks": [hook | {"language": "system"}]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))

    write({"workers/b_worker.py": DIRECT})
    git(folder, "add", "--all")
    code, said = pre_commit(folder, "run", environment=environment)
    assert (code, "workers/b_worker.py:5:25: direct-client" in said) == (1, True), said

    write({"workers/b_worker.py": MIGRATED + "\n"})
    git(folder, "add", "--all")
    code, said = pre_commit(folder, "run", environment=environment)
    assert (code, "Passed" in said) == (0, True), said

    git(folder, "reset", "--quiet", "--hard")
    write({"README.md": "# Nothing that matters\n"})
    git(folder, "add", "--all")
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git(folder, "add", "README.md", ".pre-commit-config.yaml")
    code, said = pre_commit(folder, "run", environment=environment)
    assert (code, "Skipped" in said) == (0, True), said
