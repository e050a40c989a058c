"""Moves: a use that is gone from one place and new in another, and is the same use.

A file is known again by git's rename detection, a function or class by its body, which is compared with the
one in a commit that still had the old place. A copy is no move: there the old place still has its use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from migration_tracker.linting.bodies import bodies
from migration_tracker.linting.identity import Identity
from migration_tracker.scanning import Revision, SourceError, git
from migration_tracker.scanning.text import texts

Texts = Callable[[Iterable[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Before:
    """How things were in a commit: the texts of files, and where git sees them now."""

    root: Path
    commit: str

    def texts(self, paths: Iterable[str]) -> dict[str, str]:
        """The texts of Python files in that commit; those that were not there are left out."""
        return texts(Revision(self.root, self.commit), set(paths))

    def renames(self) -> dict[str, str]:
        return git.renames(self.root, self.commit)


def before(root: Path, baseline: str) -> Before | None:
    """The commit to compare with: the last that touched the baseline, else HEAD; None outside git."""
    try:
        commit = None if Path(baseline).is_absolute() else git.last_change(root, baseline)
        return Before(root, commit or git.commit(root, "HEAD"))
    except SourceError:
        return None


def moves(
    gone: Iterable[Identity], new: Iterable[Identity], then: Before | None, now: Texts
) -> dict[Identity, Identity]:
    """The moves among what is gone and what is new: the old identity by the new one, each used once.

    Args:
        gone: uses that were known and are no longer there.
        new: uses that are not known.
        then: how things were.
        now: reads the present texts of files.
    """
    gone, new = set(gone), set(new)
    if then is None or not gone or not new:
        return {}
    renamed = then.renames()
    found: dict[Identity, Identity] = {}
    for old in sorted(gone):
        if old.path in renamed:
            target = Identity(renamed[old.path], old.within, old.rule, old.symbol)
            if target in new:
                found[target] = old
    rest, open_ends = sorted(gone - set(found.values())), sorted(new - found.keys())
    old_bodies = _bodies(then.texts(one.path for one in rest))
    new_bodies = _bodies(now({one.path for one in open_ends}))
    for old in rest:
        body = old_bodies.get((old.path, old.within))
        same = [
            one
            for one in open_ends
            if one not in found
            and (one.rule, one.symbol) == (old.rule, old.symbol)
            and new_bodies.get((one.path, one.within)) == body
        ]
        if body and same:
            found[max(same, key=lambda one: _likeness(one, old))] = old
    return found


def _likeness(one: Identity, other: Identity) -> tuple[bool, bool]:
    return one.within == other.within, one.path == other.path


def _bodies(known: Mapping[str, str]) -> dict[tuple[str, str], str]:
    return {(path, name): body for path, text in known.items() for name, body in bodies(text).items()}
