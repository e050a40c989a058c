"""Which answers rest on what, so that only they are found again when it changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

Answer = tuple[str, int]
"""What a term of a file stands for: its path and the term.

`LINKED` is the file's links as a whole. They rest on all answers of the file, which is not noted one by one.
"""

LINKED: Final = -1


class Dependencies:
    """Remembers, by answer, what was looked at while it was found: other answers, and texts for the rest.

    A text is a path for the facts of a file, a dotted name for a module, `set NAME` for what other files set
    an attribute to, `gift PATH SCOPE` for what callers give to a function.
    """

    def __init__(self) -> None:
        self._dependents: dict[Answer | str, Answer | set[Answer]] = {}
        """Most have one dependent, which is then kept without a set: that takes half the memory."""

    def note(self, answer: Answer, looked_at: Answer | str) -> None:
        """An answer rests on something."""
        dependents = self._dependents.setdefault(looked_at, answer)
        if isinstance(dependents, set):
            dependents.add(answer)
        elif dependents != answer:
            self._dependents[looked_at] = {dependents, answer}

    def affected(self, changed: Iterable[Answer | str]) -> set[Answer]:
        """The answers that rest, in the end, on something that changed; what they rest on is forgotten."""
        affected: set[Answer] = set()
        queue = list(changed)
        while queue:
            dependents = self._dependents.pop(queue.pop(), set())
            fresh = (dependents if isinstance(dependents, set) else {dependents}) - affected
            affected |= fresh
            queue.extend(fresh)
        return affected
