"""What event hubs held before a run, on a namespace that cannot be emptied for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping


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
