"""What can be wrong with what lint is given."""

from __future__ import annotations


class LintError(Exception):
    """One line: what is wrong, where, and what to do about it."""


class BaselineError(LintError):
    """A baseline that cannot be read, with its file and line."""
