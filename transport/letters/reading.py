"""Reads a dead-letter topic up to its present end, holding no more than one value at a time."""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import replace

from transport.config import TransportConfig
from transport.contract import PipelineMessage
from transport.errors import BrokerUnavailableError, UnknownTopicError
from transport.factory import browse, lag
from transport.letters.letter import Filters, Letter, Place, letter, marked

GROUP = "dead-letters"  # never joined: positions are asked for by the name of a group
PATIENCE = 60.0
"""Seconds a whole reading may take before it is given up, unless the caller says otherwise."""
QUIET = 5.0
"""Seconds without a message after which what lies before the end is a gap: positions of no message."""


async def find(
    config: TransportConfig, topic: str, filters: Filters, *, patience: float = PATIENCE
) -> tuple[Letter, ...]:
    """The letters that match, by partition and offset.

    Errors: UnknownTopicError; BrokerUnavailableError after `patience` seconds; other TransportErrors.
    """
    found: dict[Place, Letter] = {}
    replayed: set[Place] = set()
    async with aclosing(_everything(config, topic, patience)) as messages:
        async for message in messages:
            if (place := marked(message)) is not None:
                replayed.add(place)
            else:
                one = letter(message)
                found[one.place] = one
    told = (replace(found[place], replayed=place in replayed) for place in sorted(found))
    return tuple(one for one in told if filters.match(one))[: filters.limit]


async def take(
    config: TransportConfig, topic: str, places: Collection[Place], *, patience: float = PATIENCE
) -> AsyncGenerator[PipelineMessage, None]:
    """The whole messages at these places, in no particular order between partitions.

    Errors: as `find`. A place without a message is left out.
    """
    left = set(places)
    async with aclosing(_everything(config, topic, patience)) as messages:
        async for message in messages:
            if (place := Place(message.partition, message.offset)) in left:
                left.remove(place)
                yield message
            if not left:
                return


async def _everything(
    config: TransportConfig, topic: str, patience: float
) -> AsyncGenerator[PipelineMessage, None]:
    until = time.monotonic() + patience
    extents = await lag(config=config, topic=topic, group=GROUP)
    if not extents:
        prefix = config.routes.prefix
        begun = f" (its name at the broker begins with {prefix}, as PIPELINE_PREFIX says)" if prefix else ""
        raise UnknownTopicError(f"there is no topic {topic}{begun}: nothing died yet, or its name is another")
    ends = {one.partition: one.end for one in extents if one.end > one.start}
    quiet = patience  # to connect may take a while; later silence is a gap before the end
    async with aclosing(browse(config=config, topic=topic, until=until)) as messages:
        while ends:
            try:
                async with asyncio.timeout(quiet):
                    message = await anext(messages, None)
            except TimeoutError:
                return
            if message is None:
                raise BrokerUnavailableError(
                    f"reading {topic} took more than {patience:.0f} s: "
                    f"partitions {', '.join(map(str, sorted(ends)))} were not read to their end"
                )
            quiet = QUIET
            if message.offset + 1 >= ends.get(message.partition, math.inf):
                del ends[message.partition]
            yield message
