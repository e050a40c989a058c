"""What lint says: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from migration_tracker.linting.suppression import Suppression
from migration_tracker.scanning import Finding, Inventory, Place


class Check(StrEnum):
    """What a problem is about."""

    DIRECT = "direct-client"
    WRONG_SUPPRESSION = "wrong-suppression"
    UNUSED_SUPPRESSION = "unused-suppression"
    FIXED = "fixed-use"
    MOVED = "moved-use"
    GROWN = "grown-baseline"
    PARTIAL = "partial-phase"


EXPLAINED = {
    Check.DIRECT: "The old client is used where the transport layer should be.",
    Check.WRONG_SUPPRESSION: "A suppression names a rule that can be allowed, and gives its reason.",
    Check.UNUSED_SUPPRESSION: "A suppression that suppresses nothing goes.",
    Check.FIXED: "What was migrated leaves the baseline, so that it cannot come back unseen.",
    Check.MOVED: "What moved is recorded in the baseline at its new place.",
    Check.GROWN: "The baseline takes in no new uses.",
    Check.PARTIAL: "An atomic phase is merged with all its workers migrated, or with none.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must change before lint is content.

    Args:
        check: what it is about.
        place: where to look; line and column count from 1.
        message: what is wrong and what to do, in one line.
        about: the paths that it concerns, by which a narrowed run tells whether to report it.
        found: the scanner's finding behind it, for a use of the old client.
    """

    check: Check
    place: Place
    message: str
    about: tuple[str, ...]
    found: Finding | None = None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A use that a comment allows."""

    found: Finding
    suppression: Suppression


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole run of lint.

    `baseline` is what messages call that file, `is_recorded` whether it is there; `prefix` leads from the top
    of git's work tree to the repository's.
    """

    inventory: Inventory
    problems: tuple[Problem, ...]
    known: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    baseline: str
    is_recorded: bool
    guide: str
    prefix: str
    warnings: tuple[str, ...]

    def from_top(self, path: str) -> str:
        """A path as code hosts want it: from the root of git's work tree."""
        return path if path.startswith("/") else self.prefix + path
