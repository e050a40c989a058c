"""A worker that smoke runs are about, and its code as it changes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Worker
from tests.conftest import commit


@pytest.fixture
def worker(scanned: Callable[[], None]) -> Worker:
    """The sample's migrated worker, scanned."""
    scanned()
    return Worker.objects.get(observations__status="migrated")


@pytest.fixture
def change(sample: Path, worker: Worker, scanned: Callable[[], None]) -> Callable[[str], None]:
    """Makes the worker's code end with a line, or takes it back with an empty one, commits and scans that."""
    observation = inventory.current(worker)
    assert observation is not None
    file = sample / observation.path
    text = file.read_text()

    def make(line: str) -> None:
        file.write_text(f"{text}\n{line}\n")
        commit(sample)
        scanned()

    return make
