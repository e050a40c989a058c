"""`migration-tracker init`, as it is typed."""

import os
from pathlib import Path

import pytest

from migration_tracker import cli, definition

KAFKA = "from aiokafka import AIOKafkaConsumer\n\nconsumer = AIOKafkaConsumer()\n"


def test_it_writes_a_definition_that_scan_can_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a_worker.py").write_text(KAFKA)

    assert cli.main(["init", str(tmp_path)]) == cli.NOTHING_TO_REPORT

    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert cli.main(["scan", str(tmp_path), "--no-cache"]) == cli.FINDINGS
    assert "1 workers: 1 direct" in capsys.readouterr().out


def test_it_writes_where_it_is_told(tmp_path: Path) -> None:
    place = tmp_path / "other.toml"

    assert cli.main(["init", str(tmp_path), "--definition", str(place)]) == cli.NOTHING_TO_REPORT
    assert definition.load(place).legacy


@pytest.mark.parametrize("kind", ["file", "hanging link"])
def test_it_overwrites_nothing(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "migration.toml"
    if kind == "file":
        place.write_text("mine")
    else:
        place.symlink_to(tmp_path / "nowhere")

    assert cli.main(["init", str(tmp_path)]) == cli.WRONG_USE

    assert "is there already" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()
    assert kind != "file" or place.read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o500)

    assert cli.main(["init", str(tmp_path)]) == cli.WRONG_USE
    assert capsys.readouterr().err.endswith("cannot be written: Permission denied\n")


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["init", str(tmp_path / "none")]) == cli.WRONG_USE
    assert capsys.readouterr().err.endswith("none: there is no such folder\n")
    assert cli.main(["init", str(tmp_path), "--definition", str(tmp_path / "none/m.toml")]) == cli.WRONG_USE
    assert capsys.readouterr().err.endswith("cannot be written: No such file or directory\n")
