"""Lint: refuses new use of the old client while the known use is burned down.

    outcome = lint(root, definition, Request(), cache)

It reads files as the scanner does, and needs no server.
"""

from migration_tracker.linting.errors import BaselineError, LintError
from migration_tracker.linting.lint import Request, lint
from migration_tracker.linting.outcome import Check, Outcome, Problem, Suppressed

__all__ = ["BaselineError", "Check", "LintError", "Outcome", "Problem", "Request", "Suppressed", "lint"]
