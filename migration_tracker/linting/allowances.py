"""How much lint lets pass in a source: lines of the baseline, and comments that allow the old client."""

from __future__ import annotations

from migration_tracker.definition import Definition
from migration_tracker.definition.narrowing import Allowances
from migration_tracker.linting.examine import own_suppressions
from migration_tracker.scanning import Source, Unreadable
from migration_tracker.scanning.text import MOST_BYTES


def allowances(source: Source, definition: Definition) -> Allowances:
    """Count them.

    Args:
        source: the files, the baseline among them.
        definition: what names the baseline and where lint does not look.

    Raises:
        SourceError: the files cannot be read.
    """
    held = dict(source.read([definition.lint.baseline], most=MOST_BYTES)).get(definition.lint.baseline, b"")
    text = b"" if isinstance(held, Unreadable) else held
    # Lines are counted and not understood: one that lint refuses is still a line that somebody added.
    known = [line for line in text.splitlines() if line.strip() and not line.startswith(b"#")]
    allowed = [one for one in own_suppressions(source, definition) if not one.wrong]
    return Allowances(baseline=len(known), suppressions=len(allowed))
