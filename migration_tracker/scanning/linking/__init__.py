"""Links the facts of a tree's files: which place reaches which symbol, and by what way."""

from migration_tracker.scanning.linking.hits import Hit
from migration_tracker.scanning.linking.link import Link
from migration_tracker.scanning.linking.reach import BACKGROUND, UNDECIDED

__all__ = ["BACKGROUND", "UNDECIDED", "Hit", "Link"]
