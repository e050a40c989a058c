"""Success criteria are judged by what the witnesses said, and never by their silence."""

import pytest

from migration_tracker.criteria import RunWord, Standing, judge
from migration_tracker.definition import Criterion
from migration_tracker.scanning import Verdict

PASSED = RunWord(passed=True, stages=frozenset({"boots", "ready", "processes"}))
READY_THEN_FAILED = RunWord(passed=False, stages=frozenset({"boots", "ready"}))
NO_BOOTSTRAP = RunWord(passed=False, stages=frozenset({"boots"}), cause="kafka-bootstrap")
MET = {"consume-loop": "met", "awaited": "met"}


def worker(name="claimx/one", status="migrated", items=MET, **runs: RunWord) -> Standing:
    return Standing(name, status, items, runs)


def criterion(**asked) -> Criterion:
    return Criterion("a-key", "A title", **asked)


@pytest.mark.parametrize(
    ("asked", "standing", "verdict", "reason"),
    [
        ({"status": "migrated"}, worker(), "met", "Holds for its one worker."),
        ({"status": "migrated"}, worker(status="direct"), "unmet", "claimx/one: status direct."),
        ({"status": "migrated"}, worker(status="unknown"), "unknown", "claimx/one: status unknown."),
        ({"items": ("awaited",)}, worker(), "met", "Holds for its one worker."),
        (
            {"items": ("awaited",)},
            worker(items={"awaited": "unmet"}),
            "unmet",
            "claimx/one: awaited is unmet.",
        ),
        ({"items": ("awaited",)}, worker(items={}), "unknown", "claimx/one: awaited is unknown."),
        ({"transport": "kafka"}, worker(kafka=PASSED), "met", "Holds for its one worker."),
        ({"transport": "kafka"}, worker(kafka=READY_THEN_FAILED), "unmet", "claimx/one: failed on kafka."),
        (
            {"transport": "kafka", "stage": "ready"},
            worker(kafka=READY_THEN_FAILED),
            "met",
            "Holds for its one worker.",
        ),
        (
            {"transport": "eventhub", "stage": "ready"},
            worker(eventhub=NO_BOOTSTRAP),
            "unmet",
            "claimx/one: did not pass ready on eventhub.",
        ),
        (
            {"transport": "eventhub", "never": "kafka-bootstrap"},
            worker(eventhub=NO_BOOTSTRAP),
            "unmet",
            "claimx/one: the run on eventhub shows kafka-bootstrap.",
        ),
        (
            {"transport": "eventhub", "never": "kafka-bootstrap"},
            worker(eventhub=READY_THEN_FAILED),
            "met",
            "Holds for its one worker.",
        ),
        (
            {"transport": "eventhub", "never": "kafka-bootstrap"},
            worker(kafka=PASSED),
            "unknown",
            "claimx/one: no run on eventhub could tell, on the code as it is now.",
        ),
    ],
)
def test_of_one_worker(asked, standing, verdict, reason):
    outcome = judge(criterion(**asked), [standing], {})
    assert (outcome.verdict, outcome.reason) == (verdict, reason)


def test_only_the_workers_that_are_meant_are_asked():
    others = [worker(), worker("plugins/two", status="direct")]
    assert judge(criterion(workers=("claimx/*",), status="migrated"), others, {}).verdict is Verdict.MET
    outcome = judge(criterion(status="migrated"), others, {})
    assert (outcome.verdict, outcome.lacking) == (Verdict.UNMET, ("plugins/two",))


def test_what_contradicts_it_weighs_more_than_what_is_not_known_yet():
    outcome = judge(criterion(transport="kafka"), [worker("a"), worker("b", kafka=READY_THEN_FAILED)], {})
    assert (outcome.verdict, outcome.lacking) == (Verdict.UNMET, ("b",))


def test_no_worker_at_all_is_no_success():
    assert judge(criterion(status="migrated"), [], {}).verdict is Verdict.UNKNOWN


def test_a_long_list_of_workers_is_counted():
    outcome = judge(criterion(status="migrated"), [worker(str(n), status="direct") for n in range(5)], {})
    assert outcome.reason == "0, 1, 2 and 2 more: status direct."


def test_documents_and_workers_must_both_hold():
    asked = criterion(items=("awaited",), phase_items=("phase-3/contract",))
    assert judge(asked, [worker()], {"phase-3/contract": "met"}).verdict is Verdict.MET
    outcome = judge(asked, [worker()], {"phase-3/contract": "unmet"})
    assert (outcome.verdict, outcome.reason) == (Verdict.UNMET, "“phase-3/contract” is unmet.")
    assert judge(asked, [worker()], {}).verdict is Verdict.UNKNOWN
