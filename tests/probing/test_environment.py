"""What a worker's environment holds, and how `${NAME}` is replaced."""

import json

import pytest

from migration_tracker import probing
from migration_tracker.probing import DescriptionError
from migration_tracker.probing.environment import clean, fill, filled


def test_nothing_of_the_parent_reaches_the_worker_but_what_any_program_needs(plan, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "production:9092")
    monkeypatch.setenv("TZ", "UTC")
    report = probing.run(
        plan("shows_environment", env={"OURS": "${SCRATCH}/x", "HUB": "${EVENTHUB_CA_FILE}"})
    )
    seen = json.loads(report.log.partition("\n")[0])
    assert seen["KAFKA_BOOTSTRAP_SERVERS"].startswith("127.0.0.1:")
    assert seen["OURS"] == seen["SCRATCH"] + "/x"
    assert set(seen) - {"LC_CTYPE"} == {
        *clean(tmp_path),
        "TZ",
        "OURS",
        "PIPELINE_TRANSPORT",
        "KAFKA_BOOTSTRAP_SERVERS",
        "MIGRATION_TRACKER_RUN",
        "MIGRATION_TRACKER_WATCH",  # what the prelude watches,
        "PYTHONPATH",  # and where it is
        "SMOKE_PREFIX",
    }


def test_references_are_replaced_at_any_depth():
    value = {"url": "${HOST}/a", "list": [{"b": "${HOST}${PORT}"}], "n": 1, "none": None}
    assert fill(value, {"HOST": "h", "PORT": "1"}, "x") == {
        "url": "h/a",
        "list": [{"b": "h1"}],
        "n": 1,
        "none": None,
    }


def test_an_unknown_reference_names_its_place_and_what_there_is():
    with pytest.raises(DescriptionError, match=r"sample 'x'\.url: \$\{HOST\} is not known; there are A, B"):
        fill({"url": "${HOST}"}, {"A": "", "B": ""}, "sample 'x'")


def test_a_variable_of_the_other_transport_is_left_out():
    env = {"A": "${KAFKA_BOOTSTRAP_SERVERS}", "B": "b"}
    assert filled(env, {}, "env") == {"B": "b"}
    with pytest.raises(DescriptionError):
        filled({"A": "${FILE_HOST_URL}"}, {}, "env")
