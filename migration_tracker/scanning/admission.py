"""Which files may pass on what others lead to, as more of these turn up, in one tree after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.prefilter import Origin, Passers, normalised, words_in

File = tuple[str, str]
"""The path of a file, and git's id of its content."""

_FEW = 300
"""Up to so many words are looked for one by one, which is quicker than to take a content apart."""


class Admission:
    """Remembers the names that lead to a symbol, and which contents were asked about which of them.

    A name that was once admitted stays: a file too many costs time, a file too few would be silence.
    """

    def __init__(self) -> None:
        self._passers: list[Passers] = []
        self._later: dict[int, tuple[dict[bytes, list[Passers]], list[Passers]]] = {}
        self._names: set[tuple[str, str]] = set()
        self._asked: dict[File, int] = {}
        self._settled: set[File] = set()
        """The files that were asked about all names so far, or admitted."""
        self._admitted: set[File] = set()

    def learn(self, tainted: Mapping[str, Set[str]], modules: Modules) -> None:
        """Names that lead to a symbol, by the path of their module.

        Args:
            modules: the modules of the present tree.
        """
        fresh: dict[Origin, set[str]] = {}
        for path, names in tainted.items():
            new = {name for name in names if (path, name) not in self._names}
            if new:
                self._names |= {(path, name) for name in new}
                fresh.setdefault(Origin.of(path, modules.name(path)), set()).update(new)
        if fresh:
            self._passers += [Passers(origin, names) for origin, names in fresh.items()]
            self._later.clear()
            self._settled = set(self._admitted)

    def admits(self, files: Set[File], contents: Mapping[str, bytes]) -> set[str]:
        """The paths of the files that may pass on one of the names.

        Args:
            files: the files.
            contents: contents by id.
        """
        last = len(self._passers)
        for file in files - self._settled:
            path, blob = file
            content = normalised(contents[blob])
            likely = self._likely(content, self._asked.get(file, 0))
            if any(passer.admits(path, content) for passer in likely):
                self._admitted.add(file)
            self._asked[file] = last
            self._settled.add(file)
        return {path for path, _ in files & self._admitted}

    def _likely(self, content: bytes, begin: int) -> Iterator[Passers]:
        """Those from one on whose word a content holds, and those of packages, which may do without."""
        by_word, of_packages = self._from(begin)
        few = len(by_word) <= _FEW
        held = [word for word in by_word if word in content] if few else by_word.keys() & words_in(content)
        for word in held:
            yield from by_word[word]
        yield from of_packages

    def _from(self, begin: int) -> tuple[dict[bytes, list[Passers]], list[Passers]]:
        """Those from one on, by their word, and those of packages among them."""
        if begin not in self._later:
            by_word: dict[bytes, list[Passers]] = {}
            for passer in self._passers[begin:]:
                by_word.setdefault(passer.word, []).append(passer)
            self._later[begin] = by_word, [one for one in self._passers[begin:] if one.is_of_package]
        return self._later[begin]
