"""The examples in docs/ci: their syntax, and their steps as a build runs them, in a repository of its own.

What installs packages, and what boots workers, is not run here.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import check_jsonschema
import pytest
import tree_sitter
import tree_sitter_groovy
import yaml

from migration_tracker import cli
from migration_tracker.reporting.block import BEGIN, END
from tests.conftest import commit, git
from tests.linting.conftest import DEFINITION, DIRECT, MIGRATED

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "ci"
SCHEMAS = {
    "github-actions.yml": ["vendor.github-workflows"],
    "gitlab-ci.yml": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
    "azure-pipelines.yml": [
        *("vendor.azure-pipelines", "--data-transform", "azure-pipelines", "--regex-variant", "nonunicode")
    ],
}
SETTINGS = {  # what each system sets for a change that is to be merged into main
    "github-actions.yml": {
        "TARGET": "main"
    },  # of github.base_ref, by an expression that only GitHub evaluates
    "gitlab-ci.yml": {"TARGET": "main", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"},
    "azure-pipelines.yml": {"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"},
    "Jenkinsfile": {"TARGET": "main"},  # of CHANGE_TARGET, by an expression that only Jenkins evaluates
}

every_example = pytest.mark.parametrize("name", SETTINGS)


def steps(name: str) -> list[str]:
    """The shell steps of an example, in order; GitLab runs the lines of a job in one shell."""
    text = (EXAMPLES / name).read_text()
    if name == "Jenkinsfile":
        return re.findall(r"^\s*sh '(.+)'$", text, re.MULTILINE)
    read = yaml.safe_load(text)
    if name == "gitlab-ci.yml":
        jobs = [read["gate"], read["smoke"]]
        before = [
            "\n".join(line for line in job["before_script"] if "pip install" not in line) for job in jobs
        ]
        return [
            f"{first}\n{line}"
            for first, job in zip(before, jobs, strict=True)
            for line in (*job["script"], *job.get("after_script", ()))
        ]
    jobs = read["jobs"].values() if isinstance(read["jobs"], dict) else read["jobs"]
    return [step[kind] for job in jobs for step in job["steps"] for kind in ("run", "bash") if kind in step]


def gate(name: str) -> list[str]:
    """The steps that judge a change."""
    return [step for step in steps(name) if "migration-tracker" in step and not re.search("pip|smoke", step)]


def fits(name: str, file: Path) -> bool:
    with pytest.raises(SystemExit) as ended:
        check_jsonschema.main(["--builtin-schema", *SCHEMAS[name], str(file)])
    return ended.value.code == 0


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_fits_the_schema_of_its_system(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert fits(name, EXAMPLES / name), capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "key", "wrong"),
    [
        ("github-actions.yml", "runs-on:", "runs:"),
        ("gitlab-ci.yml", "rules:", "rule:"),
        ("azure-pipelines.yml", "steps:", "step:"),
    ],
)
def test_it_would_not_with_a_key_misspelt(name: str, key: str, wrong: str, tmp_path: Path) -> None:
    text = (EXAMPLES / name).read_text()
    assert key in text
    (tmp_path / name).write_text(text.replace(key, wrong, 1))

    assert not fits(name, tmp_path / name)


class TestJenkinsfile:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_groovy.language()))
    text = (EXAMPLES / "Jenkinsfile").read_bytes()

    def test_is_groovy(self) -> None:
        assert not self.parser.parse(self.text).root_node.has_error

    @pytest.mark.parametrize(
        ("piece", "broken"), [(b"stages {", b"stages"), (b"}\n}\n", b"}\n"), (b"'H 3", b"H 3")]
    )
    def test_would_be_refused_if_it_were_broken(self, piece: bytes, broken: bytes) -> None:
        assert piece in self.text
        assert self.parser.parse(self.text.replace(piece, broken, 1)).root_node.has_error


def test_all_of_them_do_the_same() -> None:
    for name in SETTINGS:
        commands = " ".join(" ".join(step.split()) for step in gate(name)).replace(" --format github", "")
        assert 'migration-tracker lint --against "origin/$TARGET"' in commands, name
        assert "migration-tracker report --check PLAN.md" in commands, name
        assert "lint --part-way --format sarif > lint.sarif || test $? -eq 1" in commands, name
        assert sum("migration-tracker smoke all --format junit" in step for step in steps(name)) == 1, name


@every_example
def test_its_smoke_step_is_a_command_that_exists(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (step,) = (step for step in steps(name) if "migration-tracker smoke" in step)
    arguments = re.search(r"migration-tracker (smoke [^>\n]+) >", step)[1].split()

    assert cli.main([*arguments, "--definition", "none.toml"]) == cli.WRONG_USE
    assert "none.toml: there is no such file" in capsys.readouterr().err


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a known direct worker and a plan that is true."""
    folder = tmp_path_factory.mktemp("upstream")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "workers").mkdir()
    (folder / "migration.toml").write_text(DEFINITION)
    (folder / "workers/a_worker.py").write_text(DIRECT)
    (folder / "PLAN.md").write_text(f"# Plan\n\n{BEGIN}\n{END}\n")
    run(folder, "migration-tracker lint --update-baseline && migration-tracker report --update PLAN.md")
    commit(folder)
    return folder


@pytest.fixture
def change(upstream: Path, tmp_path: Path) -> Path:
    """A build's checkout of it, on a branch."""
    git(tmp_path, "clone", "--quiet", str(upstream), "build")
    git(tmp_path / "build", "checkout", "--quiet", "-b", "change")
    return tmp_path / "build"


def run(folder: Path, step: str, settings: Mapping[str, str] | None = None) -> int:
    """Run a step as build systems do, and return its exit code."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        **(settings or {}),
    }
    return subprocess.run(
        ["bash", "-e", "-c", step], cwd=folder, env=environment, check=False, capture_output=True
    ).returncode


@every_example
def test_its_gate_lets_a_good_change_pass(name: str, change: Path) -> None:
    (change / "workers/a_worker.py").write_text(DIRECT + "        print('more')\n")
    commit(change)

    assert [run(change, step, SETTINGS[name]) for step in gate(name)] == [0, 0, 0]
    assert '"version": "2.1.0"' in (change / "lint.sarif").read_text()


@every_example
def test_its_gate_stops_a_new_client_and_a_stale_plan(name: str, change: Path) -> None:
    (change / "workers/b_worker.py").write_text(DIRECT)
    (change / "workers/a_worker.py").write_text(MIGRATED)
    commit(change)

    assert [run(change, step, SETTINGS[name]) for step in gate(name)] == [1, 1, 0]
