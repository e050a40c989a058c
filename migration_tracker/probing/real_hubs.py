"""Event hubs that were there before a run: what they held, and what a run leaves in a checkpoint store."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping


def ends(environment: Mapping[str, str], hubs: Mapping[str, str]) -> dict[str, dict[int, int]]:
    """The number that the next event of each partition gets, by topic. Raises TransportError; ProbingError
    for an event hub that is not there."""
    return asyncio.run(_ends(environment, hubs))


async def _ends(environment: Mapping[str, str], hubs: Mapping[str, str]) -> dict[str, dict[int, int]]:
    from migration_tracker.probing.errors import ProbingError
    from transport import TransportConfig, lag

    config = TransportConfig.from_env(environment)
    found = {}
    for topic, hub in hubs.items():
        parts = await lag(config=config, topic=hub, group="$Default")
        if not parts:
            raise ProbingError(f"there is no event hub {hub!r}, and a run cannot make one")
        found[topic] = {part.partition: part.end for part in parts}
    return found


def forget(environment: Mapping[str, str], hubs: Iterable[str]) -> None:
    """Remove the positions that are kept of event hubs in a blob container. Raises TransportError."""
    asyncio.run(_forget(environment, hubs))


def leave(environment: Mapping[str, str], hubs: Iterable[str]) -> None:
    """The same after a run; what cannot be removed stays, below the hub's name, until the next run on it."""
    from transport.errors import TransportError

    with contextlib.suppress(TransportError):
        forget(environment, hubs)


async def _forget(environment: Mapping[str, str], hubs: Iterable[str]) -> None:
    from transport import TransportConfig
    from transport.eventhub import stores

    config = TransportConfig.from_env(environment)
    for hub in hubs:
        await stores.forget(config, hub)
