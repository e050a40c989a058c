"""Runs of small real processes against a real Kafka stand-in: what each stage finds."""

import pickle
import subprocess
import time
from dataclasses import replace

import pytest

from migration_tracker import probing
from migration_tracker.probing import Result, Timeouts
from migration_tracker.probing.description import parse
from tests.probing.conftest import SQUARES

pytestmark = pytest.mark.broker

SHORT = Timeouts(ready=1, process=1, commit=1, stop=0.6)


def results(report):
    return {stage.key: str(stage.result) for stage in report.stages}


def alive(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_a_good_worker_passes_every_stage(plan, squares, stage):
    report = probing.run(plan("direct", description=squares))
    assert report.reason == ""
    assert set(results(report).values()) == {"passed"}
    assert (report.result, report.broker, report.level, report.cause) == (
        Result.PASSED,
        "stand-in",
        "processed",
        None,
    )
    assert stage(report, "processes").evidence["found"][0]["topic"] == "squares"
    positions = stage(report, "commits").evidence["positions"]["numbers"]
    assert list(positions.values()) == [[1, 1]]
    assert stage(report, "stops").evidence["exit_code"] == 0
    assert "worker is ready" in report.log


def test_each_stage_is_told_when_it_begins_and_when_it_has_ended(plan):
    told = []
    report = probing.run(plan("idle"), on_stage=told.append)
    assert [(stage.key, str(stage.result)) for stage in told] == [
        ("broker", "running"),
        ("broker", "passed"),
        ("boots", "running"),
        ("boots", "passed"),
        ("ready", "running"),
        ("ready", "passed"),
        ("processes", "running"),
        ("processes", "skipped"),
        ("commits", "running"),
        ("commits", "skipped"),
        ("stops", "running"),
        ("stops", "passed"),
    ]
    assert [stage for stage in told if stage.result is not Result.RUNNING] == list(report.stages)


def test_a_worker_without_samples_reaches_ready_and_the_report_says_why_no_further(plan, stage):
    report = probing.run(plan("idle"))
    assert (report.result, report.level) == (Result.PASSED, "ready")
    assert "no good sample" in stage(report, "processes").detail
    assert stage(report, "commits").result is Result.SKIPPED


def test_a_run_goes_no_further_than_the_level_it_was_asked_for(plan, squares):
    report = probing.run(plan("direct", description=squares, proves="ready"))
    assert results(report) == {"broker": "passed", "boots": "passed", "ready": "passed", "stops": "passed"}
    assert (report.result, report.level) == (Result.PASSED, "ready")


def test_a_worker_that_never_becomes_ready_fails_and_shows_where_it_hangs(plan, stage):
    report = probing.run(plan("never_ready", timeouts=SHORT))
    assert results(report) == {
        "broker": "passed",
        "boots": "passed",
        "ready": "failed",
        "processes": "skipped",
        "commits": "skipped",
        "stops": "skipped",
    }
    assert report.result is Result.FAILED
    assert "not ready within 1 s" in report.reason
    assert "starting" in report.reason
    assert "wait_for_a_lock_nobody_releases" in report.log


def test_a_crash_at_import_fails_to_boot_with_the_exception_as_the_reason(plan, stage):
    report = probing.run(plan("crashes_at_import"))
    assert stage(report, "boots").result is Result.FAILED
    assert "exited with code 1" in report.reason
    assert "json.decoder.JSONDecodeError: Expecting property name" in report.reason
    assert 'File "crashes_at_import.py", line 5' in report.log, "its traceback shows where the checkout lies"
    assert stage(report, "stops").result is Result.SKIPPED


def test_a_worker_that_exits_early_fails_although_its_exit_code_is_0(plan, stage):
    report = probing.run(plan("exits_early"))
    assert report.result is Result.FAILED
    assert "exited with code 0 before it was ready: nothing to do" in report.reason


def test_a_worker_that_ignores_sigterm_fails_and_is_gone_afterwards(plan, stage):
    report = probing.run(plan("ignores_sigterm", timeouts=SHORT))
    assert stage(report, "stops").result is Result.FAILED
    assert "still running 0.6 s after SIGTERM" in report.reason
    assert "ignores_sigterm.py" in report.log  # its stack
    pid = stage(report, "boots").evidence["pid"]
    assert not alive(pid)


def test_an_exit_code_other_than_0_after_sigterm_fails(plan, stage):
    report = probing.run(plan("fails_at_stop"))
    assert stage(report, "stops").result is Result.FAILED
    assert "exit code 1 after SIGTERM, not 0: RuntimeError: the flush failed" in report.reason


def test_a_child_that_is_left_behind_fails_is_named_and_is_gone_afterwards(plan, stage):
    report = probing.run(plan("leaves_a_child"))
    assert stage(report, "stops").result is Result.FAILED
    assert "left 1 of its processes behind" in report.reason
    assert "orphan" in report.reason
    child = int(report.log.partition("child ")[2].split()[0])
    assert not alive(child)


def test_a_flood_neither_blocks_the_worker_nor_fills_memory(plan):
    report = probing.run(plan("floods"))
    assert report.result is Result.PASSED, report.reason
    assert len(report.log) < 200_000
    assert report.log.startswith("the first line\n")
    assert "… cut " in report.log


def test_no_expected_output_fails_and_still_shows_how_the_worker_stops(plan, squares, stage):
    report = probing.run(
        plan("direct", "output", description=squares, timeouts=replace(SHORT, ready=10, stop=5))
    )
    assert stage(report, "processes").result is Result.FAILED
    assert "nothing with {\"square\": 49} on squares within 1 s of sending 'seven'" in report.reason
    assert stage(report, "commits").result is Result.SKIPPED
    assert stage(report, "stops").result is Result.PASSED


@pytest.fixture
def squares_in_files():
    found = {"sample": "seven", "file": "${SCRATCH}/**/*.txt", "contains": "square is 49"}
    return parse({**SQUARES, "expect": [found]}, "the test")


def test_what_a_worker_leaves_in_a_file_counts_as_what_it_did(plan, squares_in_files, stage):
    report = probing.run(plan("direct", "output", "file", description=squares_in_files))
    processes = stage(report, "processes")
    assert processes.result is Result.PASSED, report.reason
    assert processes.evidence["found"] == [{"sample": "seven", "file": "7.txt"}]


@pytest.mark.parametrize("does", ["output", "link"])
def test_no_file_or_a_link_to_one_outside_is_nothing_done(does, plan, squares_in_files, stage, tmp_path):
    (tmp_path / "outside").write_text("the square is 49")
    report = probing.run(
        plan(
            "direct",
            "output",
            does,
            description=squares_in_files,
            env={"OUTSIDE": str(tmp_path / "outside")},
            timeouts=replace(SHORT, ready=10, stop=5),
        )
    )
    assert stage(report, "processes").result is Result.FAILED
    assert 'nothing with "square is 49" on ${SCRATCH}/**/*.txt within 1 s' in report.reason


def test_samples_that_want_the_same_output_each_want_a_message(plan, stage):
    wanted = {"topic": "squares", "contains": {"square": 49}}
    description = {
        "topics_read": ["numbers", "unread"],
        "ready": {"log": "worker is ready"},
        "samples": [
            {"name": "seven", "topic": "numbers", "value": {"number": 7}},
            {"name": "minus seven", "topic": "unread", "value": {"number": -7}},
        ],
        "expect": [{"sample": "seven", **wanted}, {"sample": "minus seven", **wanted}],
    }
    report = probing.run(
        plan("direct", description=description, timeouts=replace(SHORT, ready=10, process=4))
    )
    processes = stage(report, "processes")
    assert processes.result == Result.FAILED
    assert (len(processes.evidence["found"]), processes.evidence["missing"]) == (1, 1)


def test_an_uncommitted_message_fails_with_the_position(plan, squares, stage):
    report = probing.run(
        plan("direct", "commit", description=squares, timeouts=replace(SHORT, ready=10, process=10, stop=5))
    )
    assert stage(report, "processes").result is Result.PASSED
    assert stage(report, "commits").result is Result.FAILED
    assert "group 'squares' has committed 0 of 1 on numbers" in report.reason


def test_a_worker_that_dies_of_its_sample_fails_at_once(plan, squares, stage):
    report = probing.run(plan("direct", "life", description=squares))
    assert stage(report, "processes").result is Result.FAILED
    assert "ArithmeticError: cannot square 7" in report.reason
    assert report.seconds < 10


def test_a_worker_that_cannot_bootstrap_fails_with_the_known_cause(plan, squares, closed_port, stage):
    report = probing.run(
        plan(
            "direct",
            transport="kafka",
            description=squares,
            env={"KAFKA_BOOTSTRAP_SERVERS": f"localhost:{closed_port}"},
        )
    )
    assert stage(report, "ready").result is Result.FAILED
    assert "KafkaConnectionError" in report.reason
    assert report.cause
    assert (report.cause.kind, report.cause.host, report.cause.port) == (
        "kafka-bootstrap",
        "localhost",
        closed_port,
    )
    assert "create_consumer()" in report.cause.text


def test_a_cancelled_run_ends_and_leaves_nothing(plan, stage):
    told = []
    began = time.monotonic()
    report = probing.run(plan("never_ready"), on_stage=told.append, cancelled=lambda: len(told) > 4)
    assert report.result is Result.CANCELLED
    assert report.reason == "the run was cancelled"
    assert time.monotonic() - began < 30
    assert not alive(stage(report, "boots").evidence["pid"])


def test_a_report_survives_pickling_and_has_a_json_form(plan):
    report = probing.run(plan("idle"))
    assert pickle.loads(pickle.dumps(report)) == report
    assert report.as_json()["stages"][0]["key"] == "broker"


def test_what_on_stage_raises_comes_through_and_nothing_is_left(plan):
    pids = []

    def refuse(stage):
        if stage.key == "boots" and stage.result is Result.PASSED:
            pids.append(stage.evidence["pid"])
            raise ConnectionError("the database is gone")

    with pytest.raises(ConnectionError):
        probing.run(plan("idle"), on_stage=refuse)
    assert not alive(pids[0])
