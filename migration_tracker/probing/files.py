"""What a worker leaves in files, looked for in the run's own folder."""

from __future__ import annotations

from pathlib import Path

_READ = 1_000_000  # bytes of a file; what is expected stands at its beginning


def holding(folder: Path, pattern: str, text: str) -> str:
    """The first file below `folder` that matches the glob `pattern` and holds `text`, as a path from there.

    Returns "" if there is none.

    Where a link leads out of `folder` nothing is read: the worker could have laid it to what only the harness
    may read.
    """
    within = folder.resolve()
    for path in sorted(found.resolve() for found in within.glob(pattern)):
        if not path.is_relative_to(within) or not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                if text.encode() in file.read(_READ):
                    return str(path.relative_to(within))
        except OSError:
            continue  # gone, or not to be read yet: the next look tells
    return ""
