"""Structured log lines are spelled out for people; whatever else a worker prints stays as it is."""

import json

import pytest

from migration_tracker.smoke.templatetags.log import readable


def test_a_structured_line_is_spelled_out_with_its_traceback_below():
    line = {
        "event": "worker failed",
        "worker": "claimx/download_worker",
        "level": "error",
        "timestamp": "2026-11-23T15:20:26.398236Z",
        "exception": "Traceback (most recent call last):\n  File …\nValueError: no",
    }
    assert readable(json.dumps(line)).split("\n") == [
        "15:20:26.398  ERROR  worker failed  worker=claimx/download_worker",
        "Traceback (most recent call last):",
        "  File …",
        "ValueError: no",
    ]


@pytest.mark.parametrize(
    "log", ["", "plain text", "{not json", '{"no": "message"}', "[1, 2]", "a\n\nb", "{}", '{"event": ""}']
)
def test_what_is_not_structured_stays_as_it_is(log: str):
    assert readable(log) == log


def test_other_loggers_names_are_known():
    assert readable('{"message": "started", "severity": "INFO", "n": 3}') == "INFO  started  n=3"
