"""A patch into the files it changes."""

from __future__ import annotations

from pathlib import Path

from migration_tracker.codemods.errors import CannotWrite
from migration_tracker.codemods.values import Patch


def write(patch: Patch, root: Path) -> None:
    """Change the files below `root` as the patch says.

    Raises:
        CannotWrite: a file cannot be written; those before it are.
    """
    for change in patch.changes:
        place = root / change.path
        try:
            if change.after is None:
                place.unlink()
            else:
                place.write_text(change.after, encoding="utf-8", newline="")
        except OSError as error:
            raise CannotWrite(f"{place}: cannot be written: {error.strerror}") from error
