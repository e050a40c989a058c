"""The exit codes that all commands share, and how a command is refused."""

from __future__ import annotations

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from types import TracebackType

NOTHING_TO_REPORT, FINDINGS, WRONG_USE, UNDECIDED = 0, 1, 2, 3


class WrongUse(Exception):
    """What is wrong, where, and what to do, in one line."""


class refusing:  # noqa: N801  it reads as a statement
    """Turn what the definition or the repository is refused for into `WrongUse`: `with refusing():`."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return
        from migration_tracker.definition import DefinitionError
        from migration_tracker.scanning import ScanningError

        if isinstance(error, (DefinitionError, ScanningError)):
            raise WrongUse(str(error)) from error
