"""Suppressions: a comment that allows one use, with the reason.

    client = AIOKafkaConsumer("audit")  # migration: allow(direct-client) reads the audit cluster, which stays

It speaks for its own line; standing alone, for the next line of code.
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
_LAYOUT = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}
_SHOWN = f"# migration: allow({Rule.DIRECT}) why it may stay"


@dataclass(frozen=True, slots=True)
class Suppression:
    """A suppression at a place. `speaks_for` is the line it covers; `wrong` says what makes it void."""

    path: str
    line: int
    column: int
    speaks_for: int
    reason: str
    wrong: str = ""


def suppressions(path: str, text: str) -> Iterator[Suppression]:
    """The suppressions in the text of a Python file; a file that Python cannot read has none."""
    waiting: list[tokenize.TokenInfo] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                if token.line[: token.start[1]].strip():
                    yield from _read(path, token, token.start[0])
                else:
                    waiting.append(token)
            elif token.type not in _LAYOUT:
                for one in waiting:
                    yield from _read(path, one, token.start[0])
                waiting.clear()
    except (tokenize.TokenError, SyntaxError):
        return


def _read(path: str, token: tokenize.TokenInfo, speaks_for: int) -> Iterator[Suppression]:
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
    yield Suppression(path, line, column + 1, speaks_for, allowed["reason"] if allowed else "", wrong)
