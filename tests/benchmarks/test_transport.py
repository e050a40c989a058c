"""The short form of the transport benchmark: every way of ours runs, and each part prints its table."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import transport.local

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(sys.platform != "linux", reason="memory is measured on Linux only"),
    pytest.mark.skipif(bool(transport.local.missing("kafka")), reason="the Kafka stand-in cannot run here"),
    pytest.mark.skipif(
        bool(transport.local.missing("eventhub")), reason="the Event Hubs stand-in cannot run here"
    ),
]


def tables(*arguments: str) -> list[dict[str, list[float]]]:
    """The figures of each table that is printed, by the name of their row."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.transport", "--rounds", "1", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = []
    for table in done.stdout.split("\n\n"):
        rows = [re.split(r"\s{2,}", line.strip()) for line in table.splitlines()]
        found.append(
            {name: list(map(float, row[:5])) for name, *row in rows if row and row[0][-1:].isdigit()}
        )
    return [rows for rows in found if rows]


def test_every_way_is_measured_and_waiting_handlers_run_side_by_side():
    nothing, waiting, memory, events = tables("--messages", "2000")
    assert {"aiokafka async for", "aiokafka getmany", "ours, by partition", "ours, by key"} <= nothing.keys()
    assert {"azure-eventhub", "ours, by partition", "ours, by key"} == events.keys()
    assert list(memory) == ["1 in flight", "100 in flight"]
    for rate, slowest, fastest, cost, ratio in [*nothing.values(), *waiting.values(), *events.values()]:
        assert 0 < slowest <= rate <= fastest
        assert cost > 0
        assert ratio > 0
    one_at_a_time, *_ = waiting["aiokafka, one at a time"]
    assert one_at_a_time <= 100  # each waits 10 ms
    assert waiting["ours, by key, 256 in flight"][0] > 10 * one_at_a_time


def test_what_is_missing_is_left_out_and_said(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.transport",
            "--only",
            "waiting",
            "--rounds",
            "1",
            "--messages",
            "500",
        ],
        cwd=tmp_path,  # no environment of peers here
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "left out, as .venv-peers has no faststream" in done.stdout
    assert "ours, by key, 256 in flight" in done.stdout
