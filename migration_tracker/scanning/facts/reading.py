"""From the text of a Python file to its facts, with LibCST."""

from __future__ import annotations

import libcst as cst

from migration_tracker.scanning.facts.statements import Statements
from migration_tracker.scanning.facts.values import Facts


def read(text: str) -> Facts:
    """The facts of a file.

    Raises:
        ValueError: it cannot be parsed; the text says where and why.
    """
    try:
        module = cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise ValueError(f"syntax error in line {error.raw_line}") from None
    except SyntaxError as error:  # what LibCST's parser let through and its nodes, or Python's own, did not
        raise ValueError(f"syntax error: {error.msg or error}") from None
    except cst.CSTValidationError as error:
        raise ValueError(f"syntax error: {error}") from None
    reader = Statements()
    try:
        reader.module(module)
        return reader.facts(text, module)
    except RecursionError:
        raise ValueError("nested too deeply to be read") from None
