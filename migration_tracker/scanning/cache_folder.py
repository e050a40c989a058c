"""Where the present user's cache lies."""

from __future__ import annotations

import os


def cache_folder() -> str:
    """The folder of everything that is kept between runs; it may not be there yet."""
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return f"{folder}/migration-tracker"
