"""Where the definition of a repository lies; quick to import."""

from __future__ import annotations

import os

FILE_NAME = "migration.toml"


def nearest(folder: str) -> str:
    """The nearest folder from a real path upwards, within its repository, that holds a definition."""
    found = folder
    while os.path.isdir(folder):
        if os.path.isfile(f"{found}/{FILE_NAME}"):
            return found
        if os.path.lexists(f"{found}/.git") or found == os.path.dirname(found):
            break
        found = os.path.dirname(found)
    return folder
