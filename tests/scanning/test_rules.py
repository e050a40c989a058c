"""Every rule is tested by the examples that stand beside it."""

from collections.abc import Callable, Iterator

import pytest

from migration_tracker.definition import PLAN_ITEMS, Witness
from migration_tracker.scanning import Inventory, Judgement, Verdict
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


def _awaited(inventory: Inventory) -> Judgement:
    return next(one for one in inventory.workers[0].checklist if one.item == "awaited")


def test_work_that_other_files_begin_is_followed_through_those_between(
    scanned: Callable[..., Inventory],
) -> None:
    inventory = scanned(
        {
            WORKER: """
                from workers.claimx.between import pass_on

                class Worker:
                    async def handle(self, message):
                        await pass_on(message)
                """,
            "workers/claimx/between.py": """
                from workers.claimx import deep

                async def pass_on(message):
                    deep.spawn(message)
                """,
            "workers/claimx/deep.py": """
                import asyncio

                def spawn(message):
                    asyncio.create_task(store(message))

                async def store(message):
                    return message
                """,
        }
    )

    judgement = _awaited(inventory)
    assert judgement.verdict is Verdict.UNMET
    assert "workers.claimx.deep.spawn" in judgement.reason
    assert [(place.path, place.line) for place in judgement.places] == [(WORKER, 5)]


def test_work_that_another_file_begins_and_awaits_is_no_background_work(
    scanned: Callable[..., Inventory],
) -> None:
    inventory = scanned(
        {
            WORKER: """
                from workers.claimx.deep import both

                class Worker:
                    async def handle(self, message):
                        await both(message)
                """,
            "workers/claimx/deep.py": """
                import asyncio

                async def both(message):
                    tasks = [asyncio.create_task(store(message)) for _ in range(2)]
                    await asyncio.gather(*tasks)

                async def store(message):
                    return message

                def unrelated():
                    asyncio.create_task(store(None))
                """,
        }
    )

    assert _awaited(inventory).verdict is Verdict.MET
