"""Tells a dead link from a quiet topic: asks the broker, over another connection, what should have come."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from transport.adapter import Extent, Gauge
from transport.contract import TopicPartition
from transport.errors import BrokerUnavailableError, TransportError
from transport.lane import Lane

log = logging.getLogger("transport")

ASK_TIMEOUT = 20.0  # seconds an answer may take


class Watchdog:
    """Compares what the broker holds with what was delivered, three times in `stall_after` seconds.

    An idle connection proves nothing: clients call back, and even heartbeat, over a link that is dead.
    A partition whose intake is paused, as its handlers are slow, is none that stalls.

    Arguments:
        gauge: makes the connection that asks.
        lanes: the partitions as they are now.
        position: the next position the consuming connection will read, where it knows; some positions hold
            no message, like the markers of transactions.
    """

    def __init__(
        self,
        name: str,
        gauge: Callable[[], Gauge],
        lanes: Mapping[TopicPartition, Lane],
        position: Callable[[TopicPartition], Awaitable[int | None]],
        stall_after: float,
    ) -> None:
        self.trouble = ""
        self._name = name
        self._gauge = gauge
        self._lanes = lanes
        self._position = position
        self._stall_after = stall_after
        self._waiting: dict[Lane, tuple[int | None, float]] = {}
        self._silent_since: float | None = None

    async def run(self) -> None:
        """Watch until cancelled.

        Errors: BrokerUnavailableError when messages are there and none comes: the connection is dead.
        """
        gauge = self._gauge()
        try:
            while True:
                await asyncio.sleep(self._stall_after / 3)
                await self._look(gauge)
        finally:
            try:
                await gauge.close()
            except Exception as error:
                log.warning("%s: closing what asks for positions failed: %s", self._name, error)

    async def _look(self, gauge: Gauge) -> None:
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(ASK_TIMEOUT):
                extents = await gauge.extents(list(self._lanes)) if self._lanes else {}
        except (TransportError, TimeoutError) as error:
            self._silent_since = self._silent_since or now
            if now - self._silent_since >= self._stall_after:
                self.trouble = (
                    f"the broker does not say how far partitions are written: {str(error) or 'no answer'}"
                )
            return
        self._silent_since = None
        self.trouble = "; ".join(
            one for place, extent in extents.items() if (one := self._trouble(place, extent))
        )
        self._waiting = {
            lane: waiting
            for lane in self._lanes.values()
            if (extent := extents.get(lane.partition)) and (waiting := self._waits(lane, extent, now))
        }
        stalled = [
            lane
            for lane, (_, since) in self._waiting.items()
            if now - since >= self._stall_after and not await self._has_passed(lane)
        ]
        if stalled:
            self._waiting.clear()
            which = ", ".join(sorted(str(lane.partition) for lane in stalled))
            raise BrokerUnavailableError(
                f"{which}: the broker has messages that did not come for {self._stall_after:g} s: "
                "the connection is dead"
            )

    def _waits(self, lane: Lane, extent: Extent, now: float) -> tuple[int | None, float] | None:
        """What was delivered last, and since when more should have come; None if nothing should have."""
        lane.extent = extent
        if lane.paused or lane.closing or extent.end <= max(lane.next, extent.start):
            return None
        before = self._waiting.get(lane)
        return before if before is not None and before[0] == lane.next else (lane.next, now)

    async def _has_passed(self, lane: Lane) -> bool:
        """Whether the client has read up to the end, and found no message there."""
        try:
            async with asyncio.timeout(ASK_TIMEOUT):
                position = await self._position(lane.partition)
        except (TransportError, TimeoutError):
            return False
        return position is not None and lane.extent is not None and position >= lane.extent.end

    def _trouble(self, place: TopicPartition, extent: Extent) -> str:
        lane = self._lanes.get(place)
        if lane is None or lane.next <= extent.end:
            return ""
        return (
            f"{place} ends at {extent.end}, but the group is at {lane.next}: if the topic was deleted and "
            "made again, remove the group's stored position; until then nothing of it is read"
        )
