"""What other files do with a worker's: what they call, give and read must stay as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The uses that the files make which import a worker's file.

    Args:
        called: names of methods they call.
        given: keywords they give.
        read: names they mention.
        built: what they call by a bare or dotted name, with the most arguments they give by position.
    """

    called: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    built: Mapping[str, int] = field(default_factory=dict)


def neighbours(texts: Iterable[str]) -> Neighbours:
    """Read the uses off the texts of files; one that does not parse says nothing."""
    called: set[str] = set()
    given: set[str] = set()
    read: set[str] = set()
    built: dict[str, int] = {}
    for text in texts:
        try:
            nodes = list(ast.walk(ast.parse(text)))
        except (SyntaxError, ValueError, RecursionError):
            continue
        read |= {one.id for one in nodes if isinstance(one, ast.Name)}
        read |= {one.attr for one in nodes if isinstance(one, ast.Attribute)}
        for node in nodes:
            if isinstance(node, ast.Call):
                given |= {one.arg for one in node.keywords if one.arg}
                is_method = isinstance(node.func, ast.Attribute)
                name = str(getattr(node.func, "attr" if is_method else "id", ""))
                built[name] = max(built.get(name, 0), len(node.args))
                if is_method:
                    called.add(name)
        read |= {one.name for node in nodes if isinstance(node, ast.ImportFrom) for one in node.names}
    return Neighbours(frozenset(called), frozenset(given), frozenset(read), built)
