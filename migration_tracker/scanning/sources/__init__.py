"""Where files are read from: a work tree as it lies on disk, or a revision straight from git's objects."""

from migration_tracker.scanning.errors import SourceError
from migration_tracker.scanning.sources.revision import Revision
from migration_tracker.scanning.sources.source import Entry, Source, Unreadable
from migration_tracker.scanning.sources.worktree import WorkTree

__all__ = ["Entry", "Revision", "Source", "SourceError", "Unreadable", "WorkTree"]
