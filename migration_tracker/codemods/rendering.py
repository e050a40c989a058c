"""A patch as text: comment lines that say what is left, then a unified diff that `git apply` takes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from migration_tracker.codemods.values import Change, Patch


def diff(patch: Patch) -> str:
    """The unified diff, with the comments before it; empty if nothing changes."""
    if not patch.changes:
        return ""
    lines = [f"# {line}" for line in summary(patch)]
    return "\n".join([*lines, ""]) + "".join(one for change in patch.changes for one in _diff(change))


def summary(patch: Patch) -> Iterator[str]:
    """What is left to people, a line each."""
    yield f"{patch.worker}: {_left(len(patch.todos))}"
    for todo in patch.todos:
        yield f"TODO {todo.path}:{todo.line}: {todo.reason}"
    for note in patch.notes:
        yield f"note: {note}"


def _left(count: int) -> str:
    if not count:
        return "nothing is left to do by hand; run its smoke tests on both transports"
    return f"{count} TODO{'s are' if count > 1 else ' is'} left to do by hand"


def _diff(change: Change) -> Iterator[str]:
    before, after = change.before.splitlines(keepends=True), (change.after or "").splitlines(keepends=True)
    yield f"diff --git a/{change.path} b/{change.path}\n"
    if change.after is None:
        yield "deleted file mode 100644\n"
    old, new = f"a/{change.path}", "/dev/null" if change.after is None else f"b/{change.path}"
    for line in difflib.unified_diff(before, after, old, new):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
