"""Which files may pass on what others lead to, as more of these turn up, in one tree after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.prefilter import Origin, Passers, normalised, words_in

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
        self._asked: dict[tuple[str, str], int] = {}
        """By path and git's id of the content, about how many names it was asked."""
        self._settled: dict[str, str] = {}
        """By path, the content that was last asked about all names so far."""
        self._admitted: dict[str, set[str]] = {}

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
            self._settled.clear()

    def admits(self, files: Mapping[str, str], contents: Mapping[str, bytes]) -> set[str]:
        """The paths of the files that may pass on one of the names.

        Args:
            files: git's ids of the files' contents, by path.
            contents: contents by id.
        """
        for path, blob in files.items():
            if self._settled.get(path) != blob:
                self._settled[path] = blob
                if blob not in self._admitted.get(path, ()) and self._asked_anew(path, blob, contents[blob]):
                    self._admitted.setdefault(path, set()).add(blob)
        if len(files) < len(self._admitted):
            return {path for path, blob in files.items() if blob in self._admitted.get(path, ())}
        return {path for path, blobs in self._admitted.items() if files.get(path) in blobs}

    def _asked_anew(self, path: str, blob: str, content: bytes) -> bool:
        """Whether a file may pass on one of the names that it was not asked about yet."""
        begin, last = self._asked.get((path, blob), 0), len(self._passers)
        self._asked[path, blob] = last
        if begin == last:
            return False
        content = normalised(content)
        return any(passer.admits(path, content) for passer in self._likely(content, begin))

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
