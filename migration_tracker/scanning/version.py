"""The engine's version, by which kept results go: it moves with every change of the code that reads.

Nobody has to remember to raise a number. It also moves with LibCST and with Python, which parse.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def version() -> str:
    """A short text that differs between engines that may read differently."""
    import hashlib  # slow to import, and only needed where something is kept

    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for file in sorted(folder.rglob("*.py")):
        digest.update(f"{file.relative_to(folder)}\0".encode())
        digest.update(file.read_bytes())
    digest.update(f"{sys.version_info[:2]} {_libcst()}".encode())
    return digest.hexdigest()[:16]


def _libcst() -> str:
    """The folder that names LibCST's version; importlib.metadata would be slow to import."""
    from importlib.util import find_spec

    spec = find_spec("libcst")
    if spec is None or spec.origin is None:
        return "none"
    return ", ".join(sorted(path.name for path in Path(spec.origin).parents[1].glob("libcst-*.dist-info")))
