"""`migration-tracker scan`, as it is typed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from migration_tracker import cli
from tests.scanning.trees import run_git, write

DEFINITION = """
name = "Transport layer"

[legacy]
symbols = ["aiokafka.AIOKafkaConsumer"]

[replacement]
symbols = ["transport.create_consumer"]
sanctioned = ["transport"]

[workers]
root = "workers"
include = ["workers/*_worker.py"]

[[phases]]
key = "phase-1"
title = "All"
workers = ["a_worker", "gone_worker"]
"""
DIRECT = "from aiokafka import AIOKafkaConsumer\n\nconsumer = AIOKafkaConsumer('topic')\n"
MIGRATED = "from transport import create_consumer\n\nconsumer = create_consumer()\n"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "repository", {"migration.toml": DEFINITION, "workers/a_worker.py": DIRECT})


def test_a_direct_worker_is_shown_and_is_a_finding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scan", str(folder)]) == cli.FINDINGS

    said = capsys.readouterr()
    assert "a_worker" in said.out
    assert "workers/a_worker.py:3:12 calls aiokafka.AIOKafkaConsumer" in said.out
    assert "1 workers: 1 direct" in said.out
    assert "\x1b" not in said.out
    assert said.err == (
        "migration-tracker: warning: migration.toml: phases: “gone_worker” in phase-1 matches no worker\n"
    )


def test_nothing_to_report_is_success(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, {"workers/a_worker.py": MIGRATED})

    assert cli.main(["scan", str(folder), "--format", "json"]) == cli.NOTHING_TO_REPORT

    said = json.loads(capsys.readouterr().out)
    assert [worker["status"] for worker in said["workers"]] == ["migrated"]


def test_a_client_elsewhere_is_a_finding(folder: Path) -> None:
    write(folder, {"workers/a_worker.py": MIGRATED, "tool.py": DIRECT})

    assert cli.main(["scan", str(folder)]) == cli.FINDINGS


def test_it_is_found_from_a_folder_below(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder / "workers")

    assert cli.main(["scan", "--format", "json"]) == cli.FINDINGS
    assert json.loads(capsys.readouterr().out)["repository"] == str(folder)


def test_a_revision_is_read_by_todays_definition(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_git(folder, "init", "--quiet")
    run_git(folder, "add", "workers")
    run_git(folder, "commit", "--quiet", "--message=first")
    write(folder, {"workers/a_worker.py": MIGRATED})

    assert cli.main(["scan", str(folder), "--rev", "HEAD", "--format", "json"]) == cli.FINDINGS

    said = json.loads(capsys.readouterr().out)
    assert (said["workers"][0]["status"], said["dirty"]) == ("direct", False)


def test_another_definition_can_be_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "migration.toml").rename(tmp_path / "other.toml")

    arguments = ["scan", str(folder), "--definition", str(tmp_path / "other.toml"), "--format", "json"]
    assert cli.main(arguments) == cli.FINDINGS
    assert json.loads(capsys.readouterr().out)["workers"][0]["name"] == "a_worker"


def test_the_cache_is_used_unless_it_is_told_not_to(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cached = []
    for option in ([], [], ["--no-cache"]):
        cli.main(["scan", str(folder), "--format", "json", *option])
        cached.append(json.loads(capsys.readouterr().out)["files"]["cached"])

    assert cached == [0, 1, 0]


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({}, ["nowhere"], "nowhere: there is no such folder"),
        ({}, ["repository/migration.toml"], "migration.toml: not a folder"),
        ({}, ["repository", "--rev", "HEAD"], "repository: not in a git repository"),
        ({}, ["repository", "--definition", "none.toml"], "none.toml: there is no such file"),
        ({"migration.toml": "name ="}, ["repository"], "migration.toml:1: not TOML"),
        (
            {"migration.toml": DEFINITION.replace("root =", "rot =")},
            ["repository"],
            "migration.toml:11: workers.rot: unknown key; did you mean root?",
        ),
        (
            {"migration.toml": DEFINITION.replace("workers/*_worker.py", "jobs/*.py")},
            ["repository"],
            "migration.toml: workers.include: no file in",
        ),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    files: dict[str, str],
    arguments: list[str],
    said: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(folder, files)
    monkeypatch.chdir(tmp_path)

    assert cli.main(["scan", *arguments]) == cli.WRONG_USE

    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert told.err.count("\n") == 1


def test_wrong_usage_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["scam"], ["scan", "--format", "xml"]):
        with pytest.raises(SystemExit) as raised:
            cli.main(arguments)
        assert raised.value.code == cli.WRONG_USE
    assert "usage: migration-tracker" in capsys.readouterr().err


def test_it_starts_without_django_and_without_what_no_command_needs_yet() -> None:
    script = "import sys, migration_tracker.cli; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    ).stdout.split()

    assert not {"django", "libcst", "rich", "aiokafka", "azure"} & set(loaded)


def test_a_reader_that_stops_reading_is_no_error(folder: Path) -> None:
    command = f"{sys.executable} -m migration_tracker.cli scan {folder} --format json | head -c 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)

    assert (done.stdout, done.returncode) == ("{", 0)
    assert "Traceback" not in done.stderr


def test_a_fingerprint_is_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["scan", str(folder), "--explain-fingerprint", "a_worker"]

    assert cli.main([*asked, "--format", "json"]) == cli.NOTHING_TO_REPORT
    told = json.loads(capsys.readouterr().out)
    assert [(part["path"], part["why"]) for part in told["parts"]] == [("workers/a_worker.py", "worker")]

    assert cli.main(asked) == cli.NOTHING_TO_REPORT
    assert told["fingerprint"] in capsys.readouterr().out

    assert cli.main([*asked[:-1], "b_worker"]) == cli.WRONG_USE
    assert "no worker “b_worker”; did you mean a_worker?" in capsys.readouterr().err
