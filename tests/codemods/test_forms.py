"""Whatever the scanner is tested with is patched, marked or refused: never broken, never left unsaid."""

import pytest

from migration_tracker import codemods, definition
from migration_tracker.scanning import Inventory, Status, WorkTree, scan
from tests.codemods.trees import DEFINITION
from tests.scanning.forms import FORMS, WORKER
from tests.scanning.trees import SCOPE, TRANSPORT, write

NAME = "claimx/download_worker"
KEYS = definition.parse(DEFINITION).patch


def propose(folder):
    given = codemods.conventions(KEYS, folder, NAME)
    return codemods.propose(WorkTree(folder), SCOPE, given, NAME)


def status(inventory: Inventory) -> Status:
    return next(one.status for one in inventory.workers if one.name == NAME)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name.replace(" ", "-"))
def test_a_form_is_patched_marked_or_refused(form, tmp_path):
    folder = write(tmp_path, {**TRANSPORT, WORKER: form.worker, **form.files})
    try:
        patch = propose(folder)
    except codemods.Refused:
        assert form.status is Status.UNKNOWN  # it cannot be read
        return
    if form.status in {Status.NONE, Status.MIGRATED}:
        assert patch.changes == ()
        return
    codemods.write(patch, folder)
    assert patch.todos or status(scan(WorkTree(folder), SCOPE)) is Status.MIGRATED
    assert propose(folder).changes == ()
