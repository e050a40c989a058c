"""Every rule is tested by the examples that stand beside it."""

from collections.abc import Callable, Iterator

import pytest

from migration_tracker.definition import PLAN_ITEMS, Witness
from migration_tracker.scanning import Inventory, Verdict
from migration_tracker.scanning.rules import RULES

WORKER = "workers/claimx/download_worker.py"


def examples() -> Iterator[tuple[str, Verdict, str]]:
    for rule in RULES:
        for verdict, programs in (
            (Verdict.MET, rule.met),
            (Verdict.UNMET, rule.unmet),
            (Verdict.UNKNOWN, rule.unknown),
        ):
            for program in programs:
                yield rule.item, verdict, program


@pytest.mark.parametrize(("item", "verdict", "program"), list(examples()))
def test_an_example_gets_its_verdict(
    item: str, verdict: Verdict, program: str, scanned: Callable[..., Inventory]
) -> None:
    (worker,) = scanned({WORKER: program}).workers

    judgement = next(one for one in worker.checklist if one.item == item)
    assert judgement.verdict is verdict, judgement.reason
    assert judgement.reason
    if verdict is Verdict.UNMET:
        assert judgement.places
    lines = program.count("\n")
    assert all(place.path == WORKER and 1 <= place.line <= lines for place in judgement.places)


def test_every_item_that_the_scanner_answers_has_a_rule_with_examples_for_and_against() -> None:
    assert {rule.item for rule in RULES} == {
        item.key for item in PLAN_ITEMS if item.witness is Witness.SCANNER
    }
    assert all(rule.met and rule.unmet for rule in RULES)


def test_a_handler_in_another_file_is_followed(scanned: Callable[..., Inventory]) -> None:
    (worker,) = scanned(
        {
            WORKER: """
                from transport import create_consumer
                from workers.claimx.handling import handle_all

                async def start():
                    await create_consumer(message_handler=handle_all)
                """,
            "workers/claimx/handling.py": """
                from transport import create_producer

                async def handle_all(messages: list):
                    return create_producer()
                """,
        }
    ).workers

    judgement = next(one for one in worker.checklist if one.item == "one-message")
    assert (judgement.verdict, judgement.places[0].path) == (Verdict.UNMET, "workers/claimx/handling.py")
