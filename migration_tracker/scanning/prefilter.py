"""Tells from bytes alone which files cannot matter, so that only the others are parsed.

A file matters at first if it names a legacy symbol's module in another way than `from module import something
else`; among the files that workers reach, also if it names a replacement and its module, or imports by a name
it computes. What passes these on is then looked for by the last part of its module's name, until nothing new
turns up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.scope import Scope

_COMPUTED = (
    b"__import__",
    b"entry_point",
    b"eval(",
    b"exec(",
    b"import_module",
    b"import_string",
    b"load_source",
    b"module_from_spec",
    b"resolve_name",
    b"runpy",
    b"SourceFileLoader",
)
_WORD = re.compile(rb"[\w\x80-\xff]+")
"""A word in bytes, where those from 0x80 on belong to letters of any script."""
_OF_WORDS = bytes(_WORD.fullmatch(bytes([one])) is not None for one in range(256))
"""By byte, 1 if it belongs to a word."""
_STAR = re.compile(rb"import\s+\*")
_FROM_DOTS = re.compile(rb"\bfrom\s+\.+\s*import\b")


class Prefilter:
    """Decides over the bytes of files for one scope; each content is looked at once.

    Args:
        scope: what is looked for.
        modules: the modules of the tree.
        words: what else makes a file matter that a worker reaches.
    """

    def __init__(self, scope: Scope, modules: Modules, words: Iterable[bytes] = ()) -> None:
        self._words = (*_COMPUTED, *words)
        self._legacy_names, self._legacy_modules = _names(scope.legacy), _modules(scope.legacy, modules)
        self._names, self._modules = _names(scope.replacement), _modules(scope.replacement, modules)
        joined = b"|".join(re.escape(module) for module in self._legacy_modules)
        self._plain_import = re.compile(rb"\bfrom\s+[\w.]*\b(?:" + joined + rb")\b[\w.]*\s+import\s+(?!\*)")
        self._mention = re.compile(rb"\b(?:" + joined + rb")\b")
        self._seeds: dict[str, bool] = {}
        self._reached_seeds: dict[tuple[str, bool], bool] = {}

    @property
    def words(self) -> tuple[tuple[bytes, ...], ...]:
        """What is looked for; it differs between trees that have other packages of their own."""
        return self._legacy_modules, self._modules

    def is_seed(self, blob: str, content: bytes) -> bool:
        """Whether a file may use a legacy symbol by itself."""
        if blob not in self._seeds:
            self._seeds[blob] = self._is_seed(content)
        return self._seeds[blob]

    def is_reached_seed(self, blob: str, content: bytes, *, sanctioned: bool) -> bool:
        """Whether a file that a worker reaches may use a replacement, or something that cannot be decided."""
        key = (blob, sanctioned)
        if key not in self._reached_seeds:
            self._reached_seeds[key] = self._is_reached_seed(content, sanctioned)
        return self._reached_seeds[key]

    def _is_seed(self, content: bytes) -> bool:
        content = normalised(content)
        if not _any(self._legacy_modules, content):
            return False
        rest = content if _any(self._legacy_names, content) else self._plain_import.sub(b"", content)
        return self._mention.search(rest) is not None

    def _is_reached_seed(self, content: bytes, sanctioned: bool) -> bool:
        content = normalised(content)
        if _any(self._words, content):
            return True
        return _any(self._names, content) and (sanctioned or _any(self._modules, content))


class Origin(NamedTuple):
    """Where names come from, as far as it shows in the bytes of those who import them.

    Args:
        last: the last part of the module's dotted name.
        parent: the part before it; empty if there is none.
        around: the folder of the package that the module is in, with a slash at its end if it has one.
        inside: the folder of the module if it is a package's `__init__.py`, with a slash at its end.
    """

    last: str
    parent: str
    around: str
    inside: str | None

    @classmethod
    def of(cls, path: str, module: str) -> Origin:
        """The origin of the names of a module in a file."""
        parts = module.rsplit(".", 2)
        inside = path.removesuffix("__init__.py") if path.endswith("/__init__.py") else None
        around = (inside or path).rstrip("/").rpartition("/")[0]
        parent = parts[-2] if len(parts) > 1 else ""
        return cls(parts[-1], parent, f"{around}/" if around else "", inside)


class Passers:
    """Finds the files that may pass on what names of one origin lead to."""

    def __init__(self, origin: Origin, names: Iterable[str]) -> None:
        self._origin = origin
        self.word = origin.last.encode(errors="surrogateescape")
        self._parent = origin.parent.encode(errors="surrogateescape")
        self._names = tuple(name.encode() for name in names)

    @property
    def is_of_package(self) -> bool:
        """Whether the names are those of a package, which `from . import` may take without its name."""
        return self._origin.inside is not None

    def admits(self, path: str, content: bytes) -> bool:
        """Whether a file holds the last part of the module's name, and with it what it needs to pass it on.

        That is one of the names, a star import, or another name for the module; a package's `__init__.py` may
        show the module as it is. From without its package the part before the last is needed too. Within a
        package, `from . import` does without the name of the module.

        Args:
            path: the file.
            content: its bytes, normalised.
        """
        if _has_word(self.word, content):
            if self._parent not in content and not path.startswith(self._origin.around):
                return False
            return path.endswith("__init__.py") or self._holds(content)
        inside = self._origin.inside
        if inside is not None and path.startswith(inside) and _FROM_DOTS.search(content):
            return self._holds(content)
        return False

    def _holds(self, content: bytes) -> bool:
        """Whether a file holds one of the names, a star import, or another name for the module."""
        if any(_has_word(name, content) for name in self._names) or _STAR.search(content) is not None:
            return True
        return self._renamed.search(content) is not None

    @cached_property
    def _renamed(self) -> re.Pattern[bytes]:
        # What comes before is looked at last: a search that begins with a literal is ten times as quick.
        word = re.escape(self.word)
        return re.compile(word + rb"(?<![\w\x80-\xff]" + word + rb")\s+as(?![\w\x80-\xff])")


def _has_word(word: bytes, content: bytes) -> bool:
    """Whether a content holds a word, and not only within others."""
    at = content.find(word)
    while at >= 0:
        end = at + len(word)
        if not (at and _OF_WORDS[content[at - 1]]) and not (end < len(content) and _OF_WORDS[content[end]]):
            return True
        at = content.find(word, at + 1)
    return False


def words_in(content: bytes) -> set[bytes]:
    """Every word of a normalised content."""
    return set(_WORD.findall(content))


def _any(words: Iterable[bytes], content: bytes) -> bool:
    return any(word in content for word in words)


def _names(symbols: Iterable[str]) -> tuple[bytes, ...]:
    return tuple({symbol.rpartition(".")[2].encode() for symbol in symbols})


def _modules(symbols: Iterable[str], modules: Modules) -> tuple[bytes, ...]:
    """What no import of the symbols does without.

    That is the outermost package; of a package in the tree, which may be imported from within, the last part
    of the module.
    """
    found = set()
    for symbol in symbols:
        outermost = symbol.partition(".")[0]
        is_here = modules.is_package(outermost) or modules.path(outermost) is not None
        found.add((symbol.split(".")[-2] if is_here else outermost).encode())
    return tuple(sorted(found))


def normalised(content: bytes) -> bytes:
    """Python takes identifiers in their NFKC form, so that a name may be written in other letters."""
    if content.isascii():
        return content
    return unicodedata.normalize("NFKC", content.decode("utf-8", errors="replace")).encode()
