"""Proposes a `migration.toml` for a repository that has none: what it holds is concluded, and says from what.

    text = propose(WorkTree(folder))

Nothing that is read is run. What was not found is said in its place, so that nobody takes a guess for a find.
"""

from migration_tracker.definition.proposal.proposing import propose

__all__ = ["propose"]
