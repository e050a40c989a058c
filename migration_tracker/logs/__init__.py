"""How the tracker's processes log: lines for people or JSON for machines, never a secret."""

from migration_tracker.logs.configuration import FORMS, configuration
from migration_tracker.logs.masking import hide

__all__ = ["FORMS", "configuration", "hide"]
