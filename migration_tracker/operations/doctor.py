"""All that is looked at, in the order in which one thing rests on another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from migration_tracker.operations.checks import database, machine, queue, repositories, signing_in
from migration_tracker.operations.diagnosis import Diagnosis

Check = Callable[[], Diagnosis]

OF_THE_MACHINE: tuple[Check, ...] = (
    machine.disk,
    machine.git,
    machine.stand_ins,
    machine.secret_key,
    machine.static_files,
    machine.checkouts,
    machine.shared_cache,
    signing_in.provider,
)
ON_THE_DATABASE: tuple[Check, ...] = (
    database.writable,
    database.guarded,
    database.untouched,
    machine.clock,
    queue.waiting,
    queue.scheduled,
    repositories.repositories,
    signing_in.groups,
)


def examine() -> Iterator[Diagnosis]:
    """Look at everything, one by one; what rests on a database or broker that is away is left out."""
    for check in OF_THE_MACHINE:
        yield check()
    yield (reached := database.reachable())
    if reached.well:
        yield (migrated := database.migrated())
        if migrated.well:
            for check in ON_THE_DATABASE:
                yield check()
    yield (broker := queue.broker())
    if broker.well:
        yield queue.taken()
