"""The files of a repository with their names resolved: which module each is, what it imports and calls."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from migration_tracker.definition.proposal.reading import File, Name
from migration_tracker.scanning.modules import Modules


class Survey:
    """Everything that was read, without what only tests it.

    Args:
        files: what each file says.
        roots: where absolute imports resolve.
    """

    def __init__(self, files: Iterable[File], roots: Sequence[str]) -> None:
        self.files = [file for file in files if not file.is_test]
        self.roots = tuple(roots)
        self._modules = Modules([file.path for file in self.files], roots)
        self._firsts = {self.module(file.path).partition(".")[0] for file in self.files}

    def module(self, path: str) -> str:
        """The module that a file is."""
        return self._modules.name(path)

    def package(self, folder: str) -> str:
        """The package that a folder is, from the innermost root around it; empty for a root itself."""
        around = [
            "" if root == "." else root
            for root in self.roots
            if root == "." or f"{folder}/".startswith(f"{root}/")
        ]
        below = folder.removeprefix(max(around, key=len, default="")).strip("/")
        return "" if below == "." else below.replace("/", ".")

    def __contains__(self, path: str) -> bool:
        return any(file.path == path for file in self.files)

    def calls(self, file: File) -> set[str]:
        """The absolute names that a file calls or inherits from."""
        return set(self._absolute(file, file.calls))

    def imports(self, file: File) -> set[str]:
        """The absolute names that a file imports."""
        return set(self._absolute(file, file.imports))

    def is_own(self, symbol: str) -> bool:
        """Whether a name is of this repository."""
        return symbol.partition(".")[0] in self._firsts

    def is_foreign(self, symbol: str) -> bool:
        """Whether a name is of a library that is neither this repository's nor Python's own."""
        return not self.is_own(symbol) and symbol.partition(".")[0] not in sys.stdlib_module_names

    def _absolute(self, file: File, names: Iterable[Name]) -> Iterator[str]:
        for name in names:
            if absolute := self._modules.absolute(file.path, name.level, name.dotted):
                yield absolute
