"""Suppressions: a comment that allows one use, with the reason.

    client = AIOKafkaConsumer("audit")  # migration: allow(direct-client) reads the audit cluster, which stays

It speaks for its line; at the end of a statement, where formatters move it, for all lines of that; alone on
a line, for what follows.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from migration_tracker.scanning import Rule

MARK = b"migration:"
_COMMENT = re.compile(r"#\s*migration:\s*(?P<rest>(?:allow|ignore)\b.*)")
_ALLOW = re.compile(r"allow\((?P<rule>[^()]*)\)\s*(?P<reason>.*)")
_LAYOUT = {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
_SHOWN = f"# migration: allow({Rule.DIRECT}) why it may stay"


@dataclass(frozen=True, slots=True)
class Suppression:
    """A suppression at a place. It covers the lines `first` to `last`; `wrong` says what makes it void."""

    path: str
    line: int
    column: int
    first: int
    last: int
    reason: str
    wrong: str = ""


def suppressions(path: str, text: str) -> Iterator[Suppression]:
    """The suppressions in the text of a Python file; a file that Python cannot read has none."""
    try:
        for comment, first, last in _comments(text):
            yield from _read(path, comment, first, last)
    except (tokenize.TokenError, SyntaxError):
        return


def _comments(text: str) -> Iterator[tuple[tokenize.TokenInfo, int, int]]:
    """The comments, each with the first and the last line that it speaks for."""
    start = 0  # the line that the present statement began on; 0 between statements
    before: list[tokenize.TokenInfo] = []
    inside: list[tokenize.TokenInfo] = []
    behind: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        line = token.start[0]
        if token.type == tokenize.COMMENT:
            stands_alone = not token.line[: token.start[1]].strip()
            (behind if not stands_alone else inside if start else before).append(token)
        elif token.type == tokenize.NEWLINE:
            yield from ((one, start, line) for one in before)
            for one in behind:
                yield (one, start, line) if one.start[0] == line else (one, one.start[0], one.start[0])
            start = 0
            before, behind = [], []
        elif token.type not in _LAYOUT:
            start = start or line
            yield from ((one, line, line) for one in inside)
            inside = []
    yield from ((one, one.start[0], one.start[0]) for one in (*before, *inside, *behind))


def _read(path: str, token: tokenize.TokenInfo, first: int, last: int) -> Iterator[Suppression]:
    comment = _COMMENT.fullmatch(token.string.rstrip())
    if comment is None:
        return
    allowed = _ALLOW.fullmatch(comment["rest"])
    wrong = ""
    if allowed is None:
        wrong = f"no suppression; write it as {_SHOWN}"
    elif allowed["rule"].strip() != Rule.DIRECT:
        wrong = f"“{allowed['rule']}” is no rule that can be allowed; {Rule.DIRECT} is"
    elif not allowed["reason"]:
        wrong = f"a suppression needs its reason; write it as {_SHOWN}"
    line, column = token.start
    reason = allowed["reason"] if allowed else ""
    yield Suppression(path, line, column + 1, first, last, reason, wrong)
