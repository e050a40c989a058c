"""The past of a migration: what a scan of each commit would say, by today's definition.

for point in history(folder, "HEAD", scope, cache):
    print(point.commit.id, point.counts)
"""

from migration_tracker.scanning.history.commits import Commit, commits, is_shallow, is_unborn
from migration_tracker.scanning.history.lives import Past, past
from migration_tracker.scanning.history.points import Point, history
from migration_tracker.scanning.history.turns import Turn, turns

__all__ = [
    "Commit",
    "Past",
    "Point",
    "Turn",
    "commits",
    "history",
    "is_shallow",
    "is_unborn",
    "past",
    "turns",
]
