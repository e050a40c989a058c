"""Many runs in one call: what ended in an error is made again, and kept."""

from dataclasses import replace

import pytest

from migration_tracker.probing import Result, matrix
from tests.probing.conftest import PATIENT

pytestmark = pytest.mark.broker


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(matrix, "_PAUSE", 0.01)


@pytest.fixture
def troubled(plan, tmp_path):
    """A plan whose service does not come up the first time."""
    made = plan("idle", services={"partner": ("python", "second_time.py", str(tmp_path / "remembered"))})
    return replace(made, describe=replace(made.describe, services=("partner",)))


def test_a_run_that_ended_in_an_error_is_made_again_and_both_are_told(troubled, at_once, capsys):
    (report,) = matrix.run_all([troubled], 1, retries=2)
    assert report.result is Result.PASSED
    (before,) = report.before
    assert before.result is Result.ERROR
    assert "the port is still taken" in before.reason
    assert report.as_json()["before"][0]["result"] == "error"
    assert "idle on kafka: error, tried again" in capsys.readouterr().err


def test_without_retries_it_stays_an_error(troubled):
    (report,) = matrix.run_all([troubled], 1)
    assert (report.result, report.before) == (Result.ERROR, ())


def test_an_error_that_would_be_the_same_again_is_not_tried_again(plan):
    made = plan("idle")
    made = replace(made, describe=replace(made.describe, services=("nobody",)))
    (report,) = matrix.run_all([made], 1, retries=2)
    assert (report.result, report.lasting, report.before) == (Result.ERROR, True, ())


@pytest.mark.xdist_group("memory")  # beside a test that has the kernel kill, its worker would be excused
def test_a_failure_is_not_tried_again(plan):
    (report,) = matrix.run_all([plan("killed", timeouts=PATIENT)], 1, retries=2)
    assert (report.result, report.before) == (Result.FAILED, ())
