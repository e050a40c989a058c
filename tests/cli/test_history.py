"""`migration-tracker history`, as it is typed."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from migration_tracker import cli
from tests.cli.test_scan import DEFINITION, DIRECT, MIGRATED
from tests.scanning.trees import run_git, write

pytestmark = pytest.mark.usefixtures("_own_cache")


@pytest.fixture
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three commits: a direct worker, a second one, and the first migrated; the definition came last."""
    folder = tmp_path / "repository"
    folder.mkdir()
    run_git(folder, "init", "--quiet", "--initial-branch=main")
    for number, (path, text) in enumerate(
        [("workers/a_worker.py", DIRECT), ("workers/b_worker.py", DIRECT), ("workers/a_worker.py", MIGRATED)],
        1,
    ):
        write(folder, {path: text})
        run_git(folder, "add", "--all")
        run_git(folder, "commit", "--quiet", f"--message=step [{number}]")
    return write(folder, {"migration.toml": DEFINITION})


def test_json_is_a_line_a_commit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["history", str(folder), "--format", "json"]) == cli.NOTHING_TO_REPORT

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    ids = run_git(folder, "log", "--reverse", "--format=%H %cI").splitlines()
    assert [f"{line['commit']} {line['date']}" for line in lines] == ids
    assert [list(line) for line in lines] == [
        ["commit", "date", "migrated", "partial", "direct", "none", "unknown"]
    ] * 3
    assert [(line["direct"], line["migrated"]) for line in lines] == [(1, 0), (2, 0), (1, 1)]


def test_the_table_draws_the_burn_down_and_names_the_commits_behind_each_step(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_git(folder, "commit", "--quiet", "--allow-empty", "--message=nothing")

    assert cli.main(["history", str(folder)]) == cli.NOTHING_TO_REPORT

    lines = capsys.readouterr().out.splitlines()
    assert [line.rstrip() for line in lines[:2]] == ["    2 ┤ █░░", "    1 ┤████"]
    assert lines[4].split() == ["█", "direct", "▓", "partial", "?", "unknown", "·", "none", "░", "migrated"]
    steps = [line.split("  ") for line in lines if "step [" in line]
    assert [step[-1].split("step")[1].rstrip() for step in steps] == [" [1]", " [2]", " [3]"]
    assert "1 (+1)" in steps[2]
    assert "1 (-1)" in steps[2]
    assert lines[-1] == "4 commits on the line of first parents; now 1 migrated, 1 direct."


def test_a_worker_has_its_own_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["history", str(folder), "--worker", "a_worker"]

    assert cli.main([*asked, "--format", "json"]) == cli.NOTHING_TO_REPORT
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["status"], line["subject"], line["path"]) for line in lines] == [
        ("direct", "step [1]", "workers/a_worker.py"),
        ("migrated", "step [3]", "workers/a_worker.py"),
    ]

    assert cli.main(asked) == cli.NOTHING_TO_REPORT
    assert "migrated  workers/a_worker.py  Ada     step [3]" in capsys.readouterr().out


def test_no_commit_is_no_error_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"migration.toml": DEFINITION})
    run_git(tmp_path, "init", "--quiet")

    assert cli.main(["history", str(tmp_path), "--format", "json"]) == cli.NOTHING_TO_REPORT

    said = capsys.readouterr()
    assert (said.out, said.err.endswith(": no commit yet\n")) == ("", True)


def test_a_shallow_clone_is_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_git(tmp_path, "clone", "--quiet", "--depth=1", folder.as_uri(), "shallow")
    write(tmp_path / "shallow", {"migration.toml": DEFINITION})

    assert cli.main(["history", str(tmp_path / "shallow"), "--format", "json"]) == cli.NOTHING_TO_REPORT

    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    assert "the clone is shallow" in said.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rev", "nowhere"], "no commit “nowhere” here"),
        (["--rev", "--all"], "expected one argument"),
        (["--worker", "c_worker"], "no worker “c_worker” at"),
        (["--definition", "none.toml"], "none.toml: there is no such file"),
    ],
)
def test_bad_input_is_exit_code_2(
    arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = cli.main(["history", str(folder), *arguments])
    except SystemExit as left:
        code = left.code

    told = capsys.readouterr()
    assert (code, told.out) == (cli.WRONG_USE, "")
    assert said in told.err


def test_a_folder_outside_git_and_one_without_workers_are_exit_code_2(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "plain", {"migration.toml": DEFINITION})
    assert cli.main(["history", str(tmp_path / "plain")]) == cli.WRONG_USE
    assert "not in a git repository" in capsys.readouterr().err

    write(folder, {"migration.toml": DEFINITION.replace("_worker.py", "_job.py")})
    assert cli.main(["history", str(folder)]) == cli.WRONG_USE
    assert "no commit has a file that matches workers/*_job.py" in capsys.readouterr().err


def test_progress_shows_on_a_terminal_only_once_it_takes_long(folder: Path) -> None:
    """The child's standard error is a terminal; its clock is made to run ahead."""
    script = (
        "import itertools, sys; from migration_tracker.commands import progress;"
        "clock = itertools.count(); progress.monotonic = lambda: next(clock);"
        "from migration_tracker import cli; sys.exit(cli.main(sys.argv[1:]))"
    )
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", script, "history", str(folder), "--format", "json", "--no-cache"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)

    assert "\r3 of 3 commits" in shown
    assert shown.endswith("\r\x1b[K")
    assert len(done.stdout.splitlines()) == 3
