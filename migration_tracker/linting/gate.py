"""The gate: what a change does to what it is to be merged into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from migration_tracker.definition import Definition
from migration_tracker.linting import baseline as baselines
from migration_tracker.linting.baseline import Baseline
from migration_tracker.linting.examine import uses
from migration_tracker.linting.identity import Identity, identity
from migration_tracker.linting.moves import Before, Texts, moves
from migration_tracker.linting.outcome import Check, Problem
from migration_tracker.scanning import Finding, Inventory, Place, Revision, Unreadable, git, scan
from migration_tracker.scanning.cache import Cache

_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """Where a change is to be merged: the commit at which it parted from there, scanned.

    `known` are the uses there, in the baseline or in the code; `renamed` gives the present paths of files by
    those they had.
    """

    commit: str
    inventory: Inventory
    known: frozenset[Identity]
    renamed: Mapping[str, str]


def target(root: Path, against: str, definition: Definition, name: str, cache: Cache) -> Target:
    """Look at the commit at which HEAD parted from a revision.

    Args:
        root: the repository.
        against: the revision to merge into, such as origin/main.
        definition: today's; it judges every revision.
        name: the path of the baseline below the root.
        cache: what earlier scans read.

    Raises:
        SourceError: there is no such revision, or no common ancestor here.
        BaselineError: the baseline there cannot be read.
    """
    commit = git.merge_base(root, against, "HEAD")
    source = Revision(root, commit)
    inventory = scan(source, definition.scope, cache)
    known = {identity(one) for one in uses(inventory)}
    for _, content in source.read([name], most=_MOST_BYTES):
        if not isinstance(content, Unreadable):
            text = content.decode(errors="surrogateescape")
            known |= baselines.parse(text, f"{name} of {commit[:10]}").lines.keys()
    return Target(commit, inventory, frozenset(known), git.renames(root, commit))


def grown(
    baseline: Baseline, present: Iterable[Finding], target: Target, root: Path, now: Texts
) -> list[Problem]:
    """The entries of a baseline that the target did not know, and that are no moves.

    What the code there used already is no new use, though the baseline there may not have known it.
    """
    added = baseline.lines.keys() - target.known
    new = [one for one in present if identity(one) in added]
    moved = moves(target.known - baseline.lines.keys(), new, Before(root, target.commit), now)
    return [
        Problem(
            Check.GROWN,
            Place(baseline.name, baseline.lines[one], 1),
            f"{one.path}: a new use of {one.symbol} was added to the baseline; take the line away and"
            " migrate it, or allow it where it stands, with the reason",
            (one.path,),
        )
        for one in sorted(added - moved.keys())
    ]
