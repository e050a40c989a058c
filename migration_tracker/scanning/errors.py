"""What keeps a repository from being scanned.

ScanningError
├── SourceError     the folder, the repository or the revision cannot be read
│   └── PlantedRepository  a commit has put a repository where git would take it for the one to read
└── ScopeError      the definition does not fit what is in the repository
"""

from __future__ import annotations


class ScanningError(Exception):
    """The repository cannot be scanned; the text says why in one line."""


class SourceError(ScanningError):
    """The folder, the repository or the revision cannot be read."""


class PlantedRepository(SourceError):
    """Files of a bare repository lie in a work tree; its configuration could start programs."""


class ScopeError(ScanningError):
    """The definition does not fit what is in the repository."""
