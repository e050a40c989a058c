"""All workers' lines at once, in one walk over the points; `turns` follows one worker more closely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migration_tracker.scanning import git
from migration_tracker.scanning.cache import Cache
from migration_tracker.scanning.history.commits import Commit, commits
from migration_tracker.scanning.history.points import Point, points
from migration_tracker.scanning.history.turns import Turn
from migration_tracker.scanning.scope import Scope


@dataclass(frozen=True, slots=True)
class Past:
    """Every commit, the points at which the counts changed, and the turns of each worker by its last path."""

    commits: tuple[Commit, ...] = ()
    steps: tuple[Point, ...] = ()
    turns: Mapping[str, tuple[Turn, ...]] = field(default_factory=dict)


def past(folder: Path, revision: str, scope: Scope, cache: Cache | None = None) -> Past:
    """Tell the line of first parents as steps and as turns.

    Where a commit takes one worker away and brings another, git is asked whether it renamed the file.

    Args:
        folder: the folder of the repository that paths are below.
        revision: the commit, branch or tag that the line leads to.
        scope: what to look for.
        cache: what earlier runs read.

    Raises:
        SourceError: it is no repository, has no such commit, or lacks objects.
        ScopeError: the scope does not fit the files of a commit.
    """
    everything = commits(folder, revision)
    line = [one for one in everything if one.on_line]
    steps: list[Point] = []
    lives: dict[str, list[Turn]] = {}
    before: Point | None = None
    for point in points(folder, line, scope, cache):
        was = before.statuses if before else {}
        if point.statuses != was:
            if not steps or point.counts != steps[-1].counts:
                steps.append(point)
            gone, new = was.keys() - point.statuses.keys(), point.statuses.keys() - was.keys()
            if gone and new and before:
                for old, path in git.renames(folder, before.commit.id, point.commit.id).items():
                    if old in gone and path in new:
                        lives[path] = lives.pop(old)
                        gone.discard(old)
            for path in gone:
                lives[path].append(Turn(point.commit, None, None))
            for path, status in point.statuses.items():
                life = lives.setdefault(path, [])
                if not life or (life[-1].status, life[-1].path) != (status, path):
                    life.append(Turn(point.commit, status, path))
        before = point
    return Past(tuple(everything), tuple(steps), {path: tuple(life) for path, life in lives.items()})
