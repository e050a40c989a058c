"""Which files' answers rest on what, so that only they are asked again when it changes."""

from __future__ import annotations

from collections.abc import Iterable


class Dependencies:
    """Remembers, by file, what was looked at while its terms were evaluated.

    What is looked at is named by a text: a file by its path, a module by its dotted name, `set NAME` for what
    other files set an attribute to, `gift PATH SCOPE` for what callers give to a function.
    """

    def __init__(self) -> None:
        self._dependents: dict[str, set[str]] = {}

    def note(self, path: str, looked_at: str) -> None:
        """A file's answers rest on something."""
        dependents = self._dependents.get(looked_at)
        if dependents is None:
            self._dependents[looked_at] = {path}
        else:
            dependents.add(path)

    def affected(self, changed: Iterable[str]) -> set[str]:
        """The files whose answers rest, in the end, on something that changed; they are forgotten."""
        affected: set[str] = set()
        queue = list(changed)
        while queue:
            one = queue.pop()
            dependents = self._dependents.pop(one, set())
            affected.add(one)
            queue.extend(dependents - affected)
        return affected
