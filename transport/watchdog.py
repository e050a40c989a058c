"""Tells a dead link from a quiet topic: asks the broker, over another connection, what should have come."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from transport.adapter import Extent, Gauge
from transport.contract import TopicPartition
from transport.errors import BrokerUnavailableError, TransportError
from transport.lane import Lane

log = logging.getLogger("transport")

ASK_TIMEOUT, CLOSE_TIMEOUT = 20.0, 5.0  # seconds an answer, and a good-bye, may take


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
        self._waiting: dict[Lane, tuple[int, float]] = {}
        self._shrunk: set[Lane] = set()
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
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await gauge.close()
            except Exception as error:
                log.warning("%s: closing what asks for positions failed: %s", self._name, error)

    async def _look(self, gauge: Gauge) -> None:
        now = asyncio.get_running_loop().time()
        # Before asking: what comes meanwhile must not look as if it lay behind the end.
        reached = {lane: lane.next for lane in self._lanes.values()}
        try:
            async with asyncio.timeout(ASK_TIMEOUT):
                extents = await gauge.extents([lane.partition for lane in reached]) if reached else {}
        except (TransportError, TimeoutError) as error:
            self._silent_since = self._silent_since or now
            if now - self._silent_since >= self._stall_after:
                self.trouble = (
                    f"the broker does not say how far partitions are written: {str(error) or 'no answer'}"
                )
            return
        self._silent_since = None
        lanes = {lane: extents[lane.partition] for lane in reached if lane.partition in extents}
        for lane, extent in lanes.items():
            lane.extent = extent
        self._see_shrunk({lane for lane, extent in lanes.items() if extent.end < reached[lane]})
        await self._see_stalled(lanes, now)

    def _see_shrunk(self, shrunk: set[Lane]) -> None:
        """A partition that ends before what was read of it, twice in a row, is not the one that was read."""
        remade, self._shrunk = shrunk & self._shrunk, shrunk
        self.trouble = "; ".join(
            f"{lane.partition} ends at {lane.extent.end}, but the group is at {lane.next}: was the topic "
            "deleted and made again? Remove the group's stored position, else messages may not be read"
            for lane in sorted(remade, key=lambda lane: lane.partition)
            if lane.extent is not None
        )
        if any(lane.watermark.last is not None for lane in remade):
            # What this lane has seen is of no use for the new messages; a new one begins from what is stored.
            raise BrokerUnavailableError(self.trouble)

    async def _see_stalled(self, lanes: Mapping[Lane, Extent], now: float) -> None:
        """A partition from which nothing comes, although there is something, has a dead link."""
        self._waiting = {
            lane: waiting
            for lane, extent in lanes.items()
            if (waiting := self._waits(lane, extent, now)) is not None
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

    def _waits(self, lane: Lane, extent: Extent, now: float) -> tuple[int, float] | None:
        """What should come next, and since when; None if nothing should."""
        if lane.paused or lane.closing or extent.end <= max(lane.next, extent.start):
            return None
        before = self._waiting.get(lane)
        return before if before is not None and before[0] == lane.next else (lane.next, now)

    async def _has_passed(self, lane: Lane) -> bool:
        """Whether the client has read up to the end, or something came while it was asked."""
        next_before = lane.next
        try:
            async with asyncio.timeout(ASK_TIMEOUT):
                position = await self._position(lane.partition)
        except (TransportError, TimeoutError):
            return False
        at_end = position is not None and lane.extent is not None and position >= lane.extent.end
        return at_end or lane.next != next_before
