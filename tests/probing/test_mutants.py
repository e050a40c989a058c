"""The smoke test is itself tested: every broken worker is caught, and no correct one fails."""

import importlib.util
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.broker

MUTANTS = Path(__file__).parent / "mutants"
ALWAYS = {
    ("CommitsEarly", "kafka"),
    ("DiesOfMalformed", "kafka"),
    ("DiesOfMalformed", "eventhub"),
    ("OnceOnly", "eventhub"),
}  # the rest takes minutes

_spec = importlib.util.spec_from_file_location("mutants_table", MUTANTS / "table.py")
table = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(table)
sys.path.remove(str(MUTANTS))


def forms(workers):
    return [
        pytest.param(worker, transport, id=f"{worker.__name__}-{transport}", marks=marks(worker, transport))
        for worker in workers
        for transport in table.TRANSPORTS
        if table.takes_part(worker, transport)
    ]


def marks(worker, transport):
    return () if (worker.__name__, transport) in ALWAYS else pytest.mark.long


@pytest.mark.parametrize(("worker", "transport"), forms(table.MUTANTS))
def test_a_broken_worker_is_caught_where_it_should_be(worker, transport):
    report = table.smoke(worker, transport)
    assert table.told(report) in [f"`{stage}`" for stage in worker.caught], report.reason + report.log


@pytest.mark.parametrize(("worker", "transport"), forms(table.ODD))
def test_a_correct_worker_that_looks_odd_passes(worker, transport):
    report = table.smoke(worker, transport)
    assert table.told(report) == "passed, survived", report.reason + report.log


def test_the_documented_table_holds_every_one_of_them():
    documented = table.DOCUMENT.read_text().partition(table.BEGIN)[2].partition(table.END)[0]
    missing = [
        each.__name__ for each in (*table.MUTANTS, *table.ODD) if f"| {each.__name__} |" not in documented
    ]
    assert not missing
