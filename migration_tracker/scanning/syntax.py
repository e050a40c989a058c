"""From the text of a Python file to Python's own syntax tree; newer syntax by way of LibCST."""

from __future__ import annotations

import ast
import warnings
from typing import NamedTuple

from migration_tracker.scanning.depth import is_too_deep
from migration_tracker.scanning.newer_types import types_in_older_words

TOO_DEEP = "nested too deeply to be read"


class Syntax(NamedTuple):
    """A parsed file.

    Args:
        text: what was parsed: the file's text, or the same in older words, line for line.
        tree: its syntax tree.
        is_newer: whether the running Python does not know the file's own syntax.
    """

    text: str
    tree: ast.Module
    is_newer: bool


def parse(text: str) -> Syntax:
    """Parse a file's text; nothing in it is run.

    Raises:
        ValueError: it cannot be parsed; the text says where and why.
    """
    try:
        return Syntax(text, _tree(text), False)
    except SyntaxError as error:
        if is_too_deep(text):  # LibCST's parser would crash
            raise ValueError(TOO_DEEP) from None
        refused = f"syntax error in line {error.lineno}" if error.lineno else f"syntax error: {error.msg}"
    except (RecursionError, MemoryError):
        raise ValueError(TOO_DEEP) from None
    except ValueError as error:  # a null character
        raise ValueError(f"syntax error: {error}") from None
    if (tree := _parsed(older := types_in_older_words(text))) is None:
        from migration_tracker.scanning import newer  # LibCST is slow to import: only when it is needed

        older = newer.in_older_words(text) or text
        tree = _parsed(older)
    if tree is None:
        raise ValueError(refused)
    return Syntax(older, tree, True)


def _parsed(text: str) -> ast.Module | None:
    try:
        return _tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _tree(text: str) -> ast.Module:
    with warnings.catch_warnings():  # what Python thinks of somebody else's escapes is not our business
        warnings.simplefilter("ignore")
        return ast.parse(text)
