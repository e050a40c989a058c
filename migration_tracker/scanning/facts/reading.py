"""From the text of a Python file to its syntax tree, and from that to its facts."""

from __future__ import annotations

from migration_tracker.scanning.facts import definitions, expressions, imports, statements
from migration_tracker.scanning.facts.merging import merged
from migration_tracker.scanning.facts.values import Facts
from migration_tracker.scanning.facts.walk import Readers, Walk
from migration_tracker.scanning.syntax import TOO_DEEP, Syntax

READERS: Readers = {
    **statements.READERS,
    **definitions.READERS,
    **imports.READERS,
    **expressions.READERS,
}


def facts_of(syntax: Syntax) -> Facts:
    """The facts of a file that was parsed.

    Raises:
        ValueError: it is nested too deeply.
    """
    walk = Walk(syntax.text, READERS)
    try:
        walk.read(syntax.tree)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    return merged(walk.facts)
