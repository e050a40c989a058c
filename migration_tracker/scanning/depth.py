"""How deep a text nests, told from its tokens: what Python's parser refuses may bring down another."""

from __future__ import annotations

import re

_DEEPEST_BRACKETS = 150  # Python itself takes 200
_LONGEST_CHAIN = 1_500  # tokens of one expression, such as 1 + 1 + 1 or a.b.c
_DEEPEST_INDENT = 400  # characters; Python itself takes 100 levels

_TOKENS = re.compile(
    r"""
    \#[^\n]*
  | (?P<text>
        \"\"\"(?:[^\\]|\\.)*?\"\"\" | '''(?:[^\\]|\\.)*?''' | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'
    )
  | (?P<indent>\n[ \t\f]*)
  | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<comma>[,;])
  | \w+ | [^\s\w]
    """,
    re.VERBOSE | re.DOTALL,
)


def is_too_deep(text: str) -> bool:
    """Whether brackets, indentation or a single expression go deeper than any program needs."""
    depth = chain = 0
    for token in _TOKENS.finditer(text):
        chain += 1
        match token.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth = max(0, depth - 1)
            case "text" if _nests_too_deeply(token[0]):
                return True
            case "comma":
                chain = 0
            case "indent":
                chain = chain if depth else 0
                if len(token[0]) > _DEEPEST_INDENT and not depth:
                    return True
        if depth > _DEEPEST_BRACKETS or chain > _LONGEST_CHAIN:
            return True
    return False


def _nests_too_deeply(text: str) -> bool:
    """Whether the braces of what may be a formatted string go too deep."""
    if text.count("{") <= _DEEPEST_BRACKETS:
        return False
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth > _DEEPEST_BRACKETS:
            return True
    return False
