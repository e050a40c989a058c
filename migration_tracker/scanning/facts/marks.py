"""Where the names and strings of a file stand: the n-th in the tree is the n-th in the text.

LibCST's own positions cost several times the parse. One pass of a regular expression finds every name and
string in order; where the counts or the words do not agree (an f-string within an f-string, say) LibCST is
asked after all.
"""

from __future__ import annotations

import bisect
import keyword
import re
import unicodedata
from collections.abc import Sequence

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

STRING = '"'

_NOT_NAMES = (frozenset(keyword.kwlist) - {"True", "False", "None"}) | {"match", "case", "type", "_"}

_TOKENS = re.compile(
    r"""
    \#[^\n]*
  | (?P<string>[rRbBuUfFtT]{0,3}(?:
        \"\"\"(?:[^\\]|\\.)*?\"\"\" | '''(?:[^\\]|\\.)*?''' | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' ))
  | (?P<name>[^\W\d]\w*)
  | \d[\w.]*
    """,
    re.VERBOSE | re.DOTALL,
)


def spelled(node: cst.Name) -> str:
    """A name as Python takes it: in its NFKC form (https://docs.python.org/3/reference/lexical_analysis.html)."""
    return node.value if node.value.isascii() else unicodedata.normalize("NFKC", node.value)


class Marks:
    """Collects names and strings in the order of the text while a tree is walked."""

    def __init__(self) -> None:
        self._nodes: list[cst.CSTNode] = []
        self._words: list[str] = []

    def __len__(self) -> int:
        return len(self._words)

    def name(self, node: cst.Name) -> int:
        """Take the next name; returns its number. What may be a keyword has the number of what is before."""
        if node.value not in _NOT_NAMES:
            self._nodes.append(node)
            self._words.append(node.value)
        return len(self._words) - 1

    def string(self, node: cst.CSTNode) -> int:
        """Take the next string; returns its number."""
        self._nodes.append(node)
        self._words.append(STRING)
        return len(self._words) - 1

    def first(self, number: int) -> int:
        """The number of the first mark taken since there were so many; the last one if none was."""
        return min(number, len(self._words) - 1)

    def places(self, text: str, module: cst.Module) -> Sequence[tuple[int, int]]:
        """Line and column, from 1, of everything taken."""
        starts = [0, *(match.end() for match in re.finditer("\n", text))]
        words: list[str] = []
        places: list[tuple[int, int]] = []
        for token in _TOKENS.finditer(text):
            word = token["name"]
            if (word and word not in _NOT_NAMES) or token["string"]:
                line = bisect.bisect_right(starts, token.start())
                words.append(word or STRING)
                places.append((line, token.start() - starts[line - 1] + 1))
        return places if words == self._words else self._asked(module)

    def _asked(self, module: cst.Module) -> Sequence[tuple[int, int]]:
        ranges = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
        return [(ranges[node].start.line, ranges[node].start.column + 1) for node in self._nodes]


class SameMark(Marks):
    """Inside an f-string every name stands where the string begins."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def name(self, _node: cst.Name) -> int:
        return self._number

    def string(self, _node: cst.CSTNode) -> int:
        return self._number

    def first(self, _number: int) -> int:
        return self._number
