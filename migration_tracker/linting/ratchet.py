"""The ratchet: what is known, what is new, and what is gone since the baseline was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from migration_tracker.linting.baseline import Baseline
from migration_tracker.linting.identity import Identity, identity
from migration_tracker.linting.moves import Before, Texts, moves
from migration_tracker.linting.outcome import Check, Problem
from migration_tracker.linting.suggestion import suggestion
from migration_tracker.scanning import Finding, Kind, Place


@dataclass(frozen=True, slots=True)
class Comparison:
    """Uses against a baseline.

    `gone` is known and no longer there, `moved` gives the old by the new, `unseen` is known of files that
    could not be read.
    """

    known: tuple[Finding, ...]
    new: tuple[Finding, ...]
    gone: tuple[Identity, ...]
    moved: Mapping[Identity, Identity]
    unseen: frozenset[Identity]

    @property
    def recorded(self) -> set[Identity]:
        """What the baseline should say: what is known and not seen to be gone, at the places it moved to."""
        return {identity(one) for one in self.known} | set(self.moved) | self.unseen


def compare(
    uses: Sequence[Finding], baseline: Baseline, unreadable: Iterable[str], then: Before | None, now: Texts
) -> Comparison:
    """Compare uses with a baseline.

    Args:
        uses: what is there.
        baseline: what was known.
        unreadable: files of which nothing can be said: what is known of them stays known.
        then: how things were when the baseline was written, to recognise moves.
        now: reads the present texts of files.
    """
    silent = set(unreadable)
    present = {identity(one) for one in uses}
    unseen = frozenset(one for one in baseline.lines.keys() - present if one.path in silent)
    gone = baseline.lines.keys() - present - unseen
    new = [one for one in uses if identity(one) not in baseline.lines]
    moved = moves(gone, new, then, now)
    return Comparison(
        known=tuple(one for one in uses if identity(one) in baseline.lines),
        new=tuple(one for one in new if identity(one) not in moved),
        gone=tuple(sorted(gone - set(moved.values()))),
        moved=moved,
        unseen=unseen,
    )


def problems(
    compared: Comparison, baseline: Baseline, replacements: Sequence[str], guide: str
) -> list[Problem]:
    """What a comparison means for whoever runs lint."""
    found = [
        Problem(Check.DIRECT, one.place, _direct(one, replacements, guide), (one.path,), one)
        for one in compared.new
    ]
    for old in compared.gone:
        message = f"{_spelled(old)} no longer uses {old.symbol}; --update-baseline records it"
        found.append(_at(baseline, Check.FIXED, old, message, (old.path,)))
    for new, old in compared.moved.items():
        message = f"{_spelled(old)} is now {_spelled(new)}; --update-baseline records it"
        found.append(_at(baseline, Check.MOVED, old, message, (old.path, new.path)))
    return found


def _direct(found: Finding, replacements: Sequence[str], guide: str) -> str:
    advice = suggestion(found.symbol, replacements)
    if found.kind is Kind.IMPORT:
        advice = "take the import away"
    elif found.kind is Kind.DYNAMIC:
        advice = f"name it in so many words, or {advice}"
    return f"{found.message}; {advice}{f' (see {guide})' if guide else ''}"


def _spelled(one: Identity) -> str:
    return f"{one.path}: {one.within}" if one.within else one.path


def _at(baseline: Baseline, check: Check, old: Identity, message: str, about: tuple[str, ...]) -> Problem:
    return Problem(check, Place(baseline.name, baseline.lines[old], 1), message, about)
