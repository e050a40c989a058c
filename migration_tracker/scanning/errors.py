"""What keeps a repository from being scanned.

ScanningError
├── SourceError     the folder, the repository or the revision cannot be read
└── ScopeError      the definition does not fit what is in the repository
"""

from __future__ import annotations


class ScanningError(Exception):
    """The repository cannot be scanned; the text says why in one line."""


class SourceError(ScanningError):
    """The folder, the repository or the revision cannot be read."""


class ScopeError(ScanningError):
    """The definition does not fit what is in the repository."""
