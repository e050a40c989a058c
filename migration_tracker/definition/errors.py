"""What can be wrong with a definition."""

from __future__ import annotations


class DefinitionError(Exception):
    """One line: the file, the line and the key, what is wrong, and what to do about it."""
