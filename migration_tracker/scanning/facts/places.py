"""Where things stand in a text: line and column, from 1, in characters, at the name that is meant."""

from __future__ import annotations

import ast
import re

Place = tuple[int, int]

_DEFINED = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")
_LINE_END = re.compile("\r\n|\r|\n")
_LAST_WORD = re.compile(r"\w+$")


class Places:
    """The places of a text's nodes. Python counts columns in UTF-8 bytes, from 0.

    While `fixed` is set everything stands there, as what is inside an f-string, whose positions Python 3.11
    does not know.
    """

    def __init__(self, text: str) -> None:
        self.fixed: Place | None = None
        self._lines = _LINE_END.split(text) if "\r" in text else text.split("\n")
        self._is_ascii = text.isascii()

    def start(self, node: ast.expr | ast.stmt | ast.alias | ast.arg | ast.keyword) -> Place:
        """Where a node begins."""
        return self.fixed or (node.lineno, self._column(node.lineno, node.col_offset))

    def attribute(self, node: ast.Attribute) -> Place:
        """Where the name after the dot begins."""
        if self.fixed:
            return self.fixed
        line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
        if self._is_ascii or self._lines[line - 1].isascii():
            return line, end - len(node.attr) + 1
        before = self._lines[line - 1].encode()[:end].decode(errors="replace")
        word = _LAST_WORD.search(before)
        return line, (word.start() if word else len(before)) + 1

    def defined(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Place:
        """Where the name of a definition begins."""
        line, column = self.start(node)
        word = _DEFINED.match(self._lines[line - 1], column - 1)
        return (line, word.start(1) + 1) if word else (line, column)

    def last_part(self, node: ast.alias) -> Place:
        """Where the last part of an imported module's name begins."""
        line, column = self.start(node)
        return line, column + node.name.rfind(".") + 1

    def _column(self, line: int, offset: int) -> int:
        if self._is_ascii or self._lines[line - 1].isascii():
            return offset + 1
        return len(self._lines[line - 1].encode()[:offset].decode(errors="replace")) + 1
