"""`python -m workers`: what it prints, and how it refuses."""

import json
import tomllib
from pathlib import Path

import pytest

from workers.__main__ import main
from workers.registry import names

ROOT = Path(__file__).resolve().parents[2]


def test_list_names_every_worker_that_the_migration_is_about(capsys):
    assert main(["--list"]) == 0
    include = tomllib.loads((ROOT / "migration.toml").read_text())["workers"]["include"]
    files = {file.relative_to(ROOT / "workers") for pattern in include for file in ROOT.glob(pattern)}
    listed = capsys.readouterr().out.splitlines()
    assert listed == sorted(str(file.with_suffix("")) for file in files)
    assert len(listed) == 17


def test_an_unknown_name_is_told_the_near_ones(capsys):
    assert main(["claimx/downlod_worker"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert 'no worker "claimx/downlod_worker"; did you mean claimx/download_worker' in captured.err


def test_a_name_like_no_other_is_told_where_the_names_are(capsys):
    assert main(["xyzzy", "--describe"]) == 2
    assert "--list" in capsys.readouterr().err


@pytest.mark.parametrize("name", names())
def test_describe_tells_all_that_a_stranger_needs(name, capsys):
    assert main([name, "--describe"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["worker"] == name
    assert told["group"] == f"{name.partition('/')[0]}-{name.rpartition('/')[2]}".replace("_", "-")
    assert set(told["event_hubs"]) == set(told["topics_read"])
    assert {sample["kind"] for sample in told["samples"]} == {"good", "malformed", "duplicate"}
    assert all(sample["topic"] in told["topics_read"] for sample in told["samples"])
    expected = {one["sample"] for one in told["expect"]}
    assert expected <= {sample["name"] for sample in told["samples"]}
    assert {one["topic"] for one in told["expect"] if "topic" in one} >= set(told["topics_written"])
    if told["topics_written"]:
        assert {sample["name"] for sample in told["samples"] if sample["kind"] == "good"} <= expected


@pytest.mark.parametrize("name", names())
def test_the_tracker_understands_every_description(name, capsys):
    from migration_tracker.probing import description

    main([name, "--describe"])
    assert description.parse(capsys.readouterr().out, name).good_samples()


def test_a_configuration_file_without_the_workers_topic_is_named(capsys, tmp_path, monkeypatch):
    file = tmp_path / "pipeline.toml"
    file.write_text('[domains.verisk.topics.downloads_pending]\ntopic = "v"\n')
    monkeypatch.setenv("PIPELINE_CONFIG", str(file))
    assert main(["verisk/enrichment_worker", "--describe"]) == 2
    error = capsys.readouterr().err
    assert str(file) in error
    assert "domains.verisk.topics.enrichment_pending" in error


@pytest.mark.parametrize("text", [None, "[domains", "[domains.claimx.topics.x]\ncolour = 'red'\n"])
def test_a_bad_configuration_file_is_one_line(text, capsys, tmp_path, monkeypatch):
    file = tmp_path / "pipeline.toml"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv("PIPELINE_CONFIG", str(file))
    assert main(["verisk/enrichment_worker", "--describe"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"workers: {file}: ")
    assert error.count("\n") == 1


def test_a_missing_setting_is_one_line_and_exit_code_2(start):
    worker = start(
        "workers", "claimx/enrichment_worker", PIPELINE_TRANSPORT="kafka", KAFKA_BOOTSTRAP_SERVERS="x:1"
    )
    assert worker.exit_code() == 2
    (line,) = worker.lines
    assert line["event"] == "worker cannot start"
    assert "CLAIMX_API_URL" in line["error"]
    assert "Traceback" not in worker.log


def test_a_wrong_log_level_is_one_line(capsys, monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "loud")
    assert main(["claimx/enrichment_worker"]) == 2
    assert capsys.readouterr().err.startswith("workers: LOG_LEVEL is 'LOUD': it must be one of CRITICAL")


def test_a_wrong_transport_is_told_the_right_ones(start):
    worker = start("workers", "claimx/enrichment_worker", PIPELINE_TRANSPORT="rabbitmq")
    assert worker.exit_code() == 2
    (line,) = worker.lines
    assert "rabbitmq" in line["error"]
    assert "kafka" in line["error"]
    assert "eventhub" in line["error"]
