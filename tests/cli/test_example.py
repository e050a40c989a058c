"""The example in docs/examples: another migration, by the command line alone."""

import json
import shutil
from pathlib import Path

import pytest

from migration_tracker import cli
from tests.scanning.trees import run_git, write

EXAMPLE = Path(__file__).parents[2] / "docs/examples/requests-to-httpx"
STATUSES = {
    "alerts_job": "direct",
    "archive_job": "none",
    "forecast_job": "partial",
    "stations_job": "migrated",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(shutil.copytree(EXAMPLE, tmp_path / "example", ignore=shutil.ignore_patterns("__pycache__")))


def scanned(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict:
    assert cli.main(["scan", str(folder), "--format", "json"]) == cli.FINDINGS
    return json.loads(capsys.readouterr().out)


def test_scan_tells_each_job_what_its_document_says(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = scanned(folder, capsys)

    assert {worker["name"]: worker["status"] for worker in found["workers"]} == STATUSES
    assert {worker["name"]: worker["phase"] for worker in found["workers"]} == {
        "alerts_job": "phase-2",
        "archive_job": "phase-2",
        "forecast_job": "phase-1",
        "stations_job": "phase-1",
    }
    assert all(worker["checklist"] == [] for worker in found["workers"])
    assert [(one["path"], one["line"], one["symbol"]) for one in found["elsewhere"]] == [
        ("weather/sessions.py", 8, "requests.Session")
    ]
    assert found["warnings"] == []


def test_its_document_shows_what_scan_prints(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["scan", str(folder)])

    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()[:5]]
    shown = (EXAMPLE / "README.md").read_text().splitlines()
    at = shown.index("$ migration-tracker scan docs/examples/requests-to-httpx")
    assert printed == shown[at + 1 : at + 6]


def test_init_proposes_a_definition_with_the_same_statuses(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_people = (folder / "migration.toml").read_text()
    (folder / "migration.toml").unlink()

    assert cli.main(["init", str(folder)]) == cli.NOTHING_TO_REPORT

    assert (folder / "migration.toml").read_text() != by_people
    capsys.readouterr()
    found = scanned(folder, capsys)
    assert {worker["name"]: worker["status"] for worker in found["workers"]} == STATUSES
    assert all(worker["checklist"] == [] for worker in found["workers"])


def test_history_draws_it_from_the_day_all_was_old(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = {path: (folder / path).read_text() for path in (f"weather/jobs/{name}.py" for name in STATUSES)}
    old = {
        path: text.replace("httpx.Client", "requests.Session").replace("httpx", "requests")
        for path, text in now.items()
    }
    run_git(folder, "init", "--quiet")
    for files in (old, {"weather/jobs/stations_job.py": now["weather/jobs/stations_job.py"]}, now):
        write(folder, files)
        run_git(folder, "add", "--all")
        run_git(folder, "commit", "--quiet", "--message=step")

    assert cli.main(["history", str(folder), "--format", "json"]) == cli.NOTHING_TO_REPORT

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["direct"], line["partial"], line["migrated"], line["none"]) for line in lines] == [
        (3, 0, 0, 1),
        (2, 0, 1, 1),
        (1, 1, 1, 1),
    ]
    assert all(line["unknown"] == 0 for line in lines)
