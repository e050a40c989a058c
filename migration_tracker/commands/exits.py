"""The exit codes that all commands share, and how a command is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

NOTHING_TO_REPORT, FINDINGS, WRONG_USE, UNDECIDED = 0, 1, 2, 3


class WrongUse(Exception):
    """What is wrong, where, and what to do, in one line."""


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what the definition or the repository is refused for into `WrongUse`."""
    from migration_tracker.definition import DefinitionError
    from migration_tracker.scanning import ScanningError

    try:
        yield
    except (DefinitionError, ScanningError) as error:
        raise WrongUse(str(error)) from error
