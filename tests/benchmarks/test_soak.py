"""The short form of the soak: the link to the Event Hubs stand-in is cut, and the consumer comes back."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import transport.local

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.broker
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured on Linux only")
@pytest.mark.skipif(
    bool(transport.local.missing("eventhub")), reason="the Event Hubs stand-in cannot run here"
)
def test_a_consumer_whose_link_is_cut_catches_up_and_loses_nothing():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", "--minutes", "0.04", "--every", "2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    lines = re.findall(r"^([^\d\n]+?) {2,}([\d.]+)$", done.stdout, re.MULTILINE)
    found = {name: float(figure) for name, figure in lines}
    assert found["cuts mended"] == found["cuts"] >= 1
    assert found["messages handled"] == found["messages sent"] > 100
    assert found["gaps in a key's order"] == 0
