"""Small programs, each with the status and the places that it must get."""

from collections.abc import Callable

import pytest

from migration_tracker.scanning import Inventory, Rule, Status
from tests.scanning.forms import FORMS, WORKER, Form


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_form_gets_its_status_and_its_places(form: Form, scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: form.worker, **form.files})

    (worker,) = inventory.workers
    rule = Rule.TRANSPORT if form.status is Status.MIGRATED else Rule.DIRECT
    counting = [one for one in worker.findings if one.counts and one.rule is rule and one.kind != "dynamic"]
    assert (worker.status, [(one.line, one.kind, one.via) for one in counting]) == (
        form.status,
        list(form.at),
    )


def test_no_two_forms_have_one_name() -> None:
    assert len({form.name for form in FORMS}) == len(FORMS) > 240


def test_positions_point_at_the_name(scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: "import aiokafka\n\nconsumer = aiokafka.AIOKafkaConsumer('topic')\n"})

    (finding,) = inventory.workers[0].findings
    assert (finding.path, finding.line, finding.column) == (WORKER, 3, len("consumer = aiokafka.") + 1)


def test_what_is_undecided_is_a_finding(scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: "import importlib\n\nmodule = importlib.import_module(NAME())\n"})

    (finding,) = inventory.workers[0].findings
    assert (finding.kind, finding.rule, finding.line) == ("dynamic", Rule.DIRECT, 3)


def test_type_only_use_is_a_reference_that_does_not_count(scanned: Callable[..., Inventory]) -> None:
    inventory = scanned(
        {WORKER: "from aiokafka import AIOKafkaConsumer\n\ndef run(c: AIOKafkaConsumer): ...\n"}
    )

    (finding,) = inventory.workers[0].findings
    assert (finding.kind, finding.counts, finding.line) == ("reference", False, 3)


def test_an_import_that_nothing_uses_is_told(scanned: Callable[..., Inventory]) -> None:
    inventory = scanned({WORKER: "from aiokafka import AIOKafkaConsumer\n"})

    (finding,) = inventory.workers[0].findings
    assert (finding.kind, finding.counts, finding.column) == ("import", False, 22)
