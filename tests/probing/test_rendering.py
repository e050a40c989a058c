"""How reports are shown."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from migration_tracker.probing import Cause, Report, Result, StageReport
from migration_tracker.probing.rendering import Results, show_json, show_junit, show_table

CAUSE = Cause("kafka-bootstrap", "aiokafka.errors.KafkaConnectionError", "localhost", 9092)


def report(result, transport="kafka", **more):
    stages = (
        StageReport("boots", "Boots", Result.PASSED, 0.5),
        StageReport("ready", "Becomes ready", result, 1.0, "in <detail> & more", {"line": "x"}),
        StageReport("stops", "Stops on SIGTERM", Result.SKIPPED),
    )
    values = {"reason": "", "cause": None, "log": "a\x1b[31mred\x00 & <b>\n", **more}
    return Report(
        "claimx/download_worker",
        transport,
        result,
        "stand-in",
        stages,
        started=datetime(2026, 1, 2, tzinfo=UTC),
        seconds=1.5,
        **values,
    )


def results(*reports, commit="0123456789abcdef", dirty=False):
    return Results("/there", commit, dirty, 3.0, reports)


BOTH = results(
    report(Result.PASSED), report(Result.FAILED, "eventhub", reason="exited with code 1", cause=CAUSE)
)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([Result.PASSED, Result.PASSED], 0),
        ([Result.PASSED, Result.FAILED, Result.ERROR], 1),
        ([Result.PASSED, Result.ERROR], 3),
        ([Result.CANCELLED], 3),
    ],
)
def test_the_exit_code(found, code):
    assert results(*map(report, found)).exit_code == code


def test_json_holds_every_run_and_stage():
    shown = json.loads(show_json(BOTH))
    assert (shown["version"], shown["commit"], shown["dirty"], shown["caveat"]) == (
        1,
        "0123456789abcdef",
        False,
        "",
    )
    assert [run["result"] for run in shown["runs"]] == ["passed", "failed"]
    assert shown["runs"][1]["cause"]["host"] == "localhost"
    assert shown["runs"][0]["started"] == "2026-01-02T00:00:00.000+00:00"
    assert [stage["result"] for stage in shown["runs"][0]["stages"]] == ["passed", "passed", "skipped"]


def test_the_table_is_plain_off_a_terminal_and_gives_reason_and_cause():
    out = io.StringIO()
    show_table(BOTH, Console(file=out, highlight=False))
    lines = out.getvalue().splitlines()
    assert lines[0].split() == ["worker", "transport", "boots", "ready", "stops", "result", "seconds"]
    assert lines[2].split() == ["claimx/download_worker", "eventhub", "✓", "✗", "–", "failed", "1.5"]
    assert "claimx/download_worker on eventhub: failed" in lines
    assert "    exited with code 1" in lines
    assert "Kafka at localhost:9092" in out.getvalue()
    assert "output ends" not in out.getvalue(), "a known cause says it all"
    assert lines[-1] == "2 runs: 1 passed, 1 failed"
    assert "\x1b" not in out.getvalue()


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (results(report(Result.PASSED), dirty=True), "dirty: the files differ from commit 0123456789"),
        (results(report(Result.PASSED), commit=None), "no commit (outside git"),
    ],
)
def test_what_proves_nothing_says_so_in_every_format(shown, said):
    out = io.StringIO()
    show_table(shown, Console(file=out, width=200))
    for text in (out.getvalue(), json.loads(show_json(shown))["caveat"], show_junit(shown)):
        assert said in text
        assert "prove nothing" in text


def shown(results, **console):
    out = io.StringIO()
    show_table(results, Console(file=out, highlight=False, color_system=None, **console))
    return out.getvalue()


def test_in_a_narrow_terminal_marks_share_a_column_and_nothing_is_cut_off():
    text = shown(BOTH, width=60, force_terminal=True)
    assert "…" not in text
    assert "stages, in their order: boots, ready, stops" in text
    (row,) = (line for line in text.splitlines() if "eventhub" in line and "✓" in line)
    assert row.split()[2:] == ["✓✗–", "failed", "1.5"]


def test_off_a_terminal_a_wide_table_is_not_cut_off():
    stages = tuple(StageReport(f"stage-{number}", "", Result.PASSED) for number in range(30))
    text = shown(results(replace(report(Result.PASSED), stages=stages)))
    assert "…" not in text
    assert "stage-29" in text


def test_what_was_not_looked_at_is_told_of_a_run_that_passed():
    skipped = StageReport(
        "processes", "Processes its sample", Result.SKIPPED, 0.0, "it says not what to expect"
    )
    text = shown(results(replace(report(Result.PASSED), stages=(skipped,))))
    assert "    not looked at: “Processes its sample”: it says not what to expect" in text


def test_the_last_lines_of_what_failed_are_shown_and_cannot_steer_the_terminal():
    log = "".join(f"line {number}\n" for number in range(100)) + "\x1b]0;title\x07end"
    text = shown(
        results(report(Result.FAILED, log=log, reason="exit\x1b[2J")), force_terminal=True, width=200
    )
    assert "line 99" in text
    assert "line 50" not in text
    assert "�]0;title�end" in text
    assert "\x1b" not in text
    assert "line 99" not in shown(results(report(Result.PASSED, log=log)))


def test_junit_is_valid_xml_whatever_the_log_holds():
    root = ET.fromstring(show_junit(BOTH))
    suite = root.find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    passed, failed = suite.findall("testcase")
    assert (passed.get("classname"), passed.get("name")) == ("claimx/download_worker", "kafka")
    assert passed.find("system-out").text == "a�[31mred� & <b>\n"
    assert failed.find("failure").get("type") == "kafka-bootstrap"
    assert "in <detail> & more" in failed.find("failure").text


def test_a_run_that_never_began_is_shown():
    out = io.StringIO()
    never = results(Report.could_not_start("a", "kafka", "stand-in", "no broker"))
    show_table(never, Console(file=out))
    assert "no broker" in out.getvalue()
    assert ET.fromstring(show_junit(never)).find(".//error").get("message") == "no broker"
