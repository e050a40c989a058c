"""Globs over POSIX paths: `*` and `?` stay within a part, `**` spans parts, `[…]` is one of a set."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache


def problem(glob: str) -> str | None:
    """What is wrong with a glob, in words; None if it is good."""
    if not glob.strip():
        return "is empty"
    if "\\" in glob:
        return "holds a backslash; paths are written with /"
    if glob.startswith("/"):
        return "is absolute; write it from the repository's root"
    if ".." in glob.split("/"):
        return "leads out of the repository with .."
    if any("**" in part and part != "**" for part in glob.split("/")):
        return "has ** glued to something else; it must be a whole part, as in workers/**/*.py"
    try:
        re.compile(_expression(glob))
    except (re.error, ValueError):
        return "has an open ["
    return None


def matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """A test whether a path matches any of the globs."""
    expressions = [_expression(glob.removeprefix("./")) for glob in globs]
    if not expressions:
        return lambda _path: False
    match = re.compile("|".join(expressions), re.DOTALL).fullmatch
    return lambda path: match(path) is not None


@cache
def _expression(glob: str) -> str:
    parts = glob.split("/")
    written = []
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        if part == "**":
            written.append(".*" if last else "(?:.*/)?")
        else:
            written.append(_part(part) + ("" if last else "/"))
    return "(?:" + "".join(written) + ")"


def _part(part: str) -> str:
    written, rest = "", part
    while rest:
        character, rest = rest[0], rest[1:]
        if character == "*":
            written += "[^/]*"
        elif character == "?":
            written += "[^/]"
        elif character == "[":
            inside, closed, rest = rest.partition("]")
            if not closed or not inside:
                raise ValueError(part)
            inverted = inside.startswith("!")
            members = re.escape(inside[inverted:]).replace(r"\-", "-")
            written += f"[^{members}]" if inverted else f"[{members}]"
        else:
            written += re.escape(character)
    return written
