"""Moves: a use that is gone from one place and new in another, and is the same use.

A file is known again by git's rename detection, a function or class by its body, and a client, where a
function was split up or put into another, by the call that builds it, word for word. Compared is a commit
that still had the old place. A copy is no move: there the old place still has its use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from migration_tracker.linting.bodies import bodies, call_at
from migration_tracker.linting.identity import Identity, identity
from migration_tracker.scanning import Finding, Revision, SourceError, git
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
    gone: Iterable[Identity], new: Iterable[Finding], then: Before | None, now: Texts
) -> dict[Identity, Identity]:
    """The moves among what is gone and what is new: the old identity by the new one, each used once.

    Args:
        gone: uses that were known and are no longer there.
        new: uses that are not known.
        then: how things were.
        now: reads the present texts of files.
    """
    left = set(gone)
    places = {identity(one): one.place for one in new}
    if then is None or not left or not places:
        return {}
    renamed = then.renames()
    old_bodies = _bodies(then.texts(one.path for one in left))
    texts = now({place.path for place in places.values()})
    new_bodies = _bodies(texts)
    calls = {one: call_at(texts.get(at.path, ""), at.line, at.column) for one, at in places.items()}
    found: dict[Identity, Identity] = {}

    def match(is_same: Callable[[Identity, Identity], bool]) -> None:
        for old in sorted(left):
            same = [
                one
                for one in sorted(places)
                if one not in found and (one.rule, one.symbol) == (old.rule, old.symbol) and is_same(old, one)
            ]
            if same:
                found[max(same, key=lambda one: _likeness(one, old))] = old
                left.discard(old)

    match(lambda old, one: (renamed.get(old.path), old.within) == (one.path, one.within))
    match(lambda old, one: _body(old_bodies, old) == _body(new_bodies, one) != "")
    match(lambda old, one: (calls[one] or "?") in _body(old_bodies, old))
    return found


def _likeness(one: Identity, other: Identity) -> tuple[bool, bool]:
    return one.within == other.within, one.path == other.path


def _body(known: Mapping[tuple[str, str], str], one: Identity) -> str:
    return known.get((one.path, one.within), "")


def _bodies(known: Mapping[str, str]) -> dict[tuple[str, str], str]:
    return {(path, name): body for path, text in known.items() for name, body in bodies(text).items()}
