"""Where absolute imports resolve: the folders below which the repository's own imports are found."""

from __future__ import annotations

import posixpath
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable

from migration_tracker.definition.proposal.conclusion import Conclusion, counted
from migration_tracker.definition.proposal.reading import File

_RARELY = 0.05  # of all own imports: less is a folder of scripts that see each other


def source_roots(files: Iterable[File]) -> Conclusion:
    """The source roots, the one that most imports resolve in first."""
    files = [file for file in files if not file.is_test]
    folders = _folders(files)
    found: Counter[str] = Counter()
    example: dict[str, str] = {}
    for file in files:
        for first in sorted({name.dotted.partition(".")[0] for name in file.imports if not name.level}):
            if folders[first] and first not in sys.stdlib_module_names:  # `import types`, beside a types.py
                root = min(folders[first], key=lambda folder: _distance(folder, file.path))
                found[root] += 1
                example.setdefault(root, f"{first} in {file.path}")
    least = max(1, sum(found.values()) * _RARELY)
    roots = [root for root, number in found.most_common() if number >= least]
    if roots:
        because = (
            f"{root}: {counted(found[root], 'import')} of own modules resolve here, such as {example[root]}."
            for root in roots
        )
        return Conclusion(tuple(roots), tuple(because))
    if any(file.path.startswith("src/") for file in files):
        return Conclusion(("src",), ("No file imports another by its full name; there is a folder src.",))
    return Conclusion((".",), ("No file imports another by its full name; the root is taken.",), found=False)


def _folders(files: Iterable[File]) -> dict[str, set[str]]:
    """For each name that an import may begin with, the folders that hold it and are no packages."""
    packages = {posixpath.dirname(file.path) for file in files if file.path.endswith("__init__.py")}
    folders: dict[str, set[str]] = defaultdict(set)
    for file in files:
        place = file.path.removesuffix(".py")
        while place:
            parent, name = posixpath.split(place)
            if parent not in packages and name.isidentifier():
                folders[name].add(parent or ".")
            place = parent
    return folders


def _distance(folder: str, path: str) -> tuple[int, int]:
    """How far a folder is from a file: one that holds it is nearer, and then the one higher up."""
    holds = folder == "." or path.startswith(f"{folder}/")
    return (0 if holds else 1, 0 if folder == "." else folder.count("/") + 1)
