"""A partition: a bounded log of events, and who waits for more."""

import bisect
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transport.local.event_hubs.events import Enqueued, Event, enqueued

_LOG = logging.getLogger(__name__)

# What each partition keeps. Older events go, as they do when a retention time is over.
LOG_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a partition's log begins and ends; times in milliseconds since the epoch."""

    first_sequence_number: int
    last_sequence_number: int  # -1 when nothing was ever enqueued
    last_offset: int  # -1 likewise
    last_enqueued_at: int  # 0 likewise
    empty: bool


class Partition:
    """An append-only log. Old events fall off its beginning when it holds more than `limit` bytes."""

    def __init__(self, limit: int = LOG_BYTES) -> None:
        """Make an empty one."""
        self._limit = limit
        self._events: list[Enqueued] = []
        self._bytes = 0
        self._first = 0
        self._end_offset = 0
        self._last: Enqueued | None = None
        self._waiting: set[Callable[[], None]] = set()

    @property
    def end(self) -> int:
        """The sequence number that the next event will get."""
        return self._first + len(self._events)

    @property
    def extent(self) -> Extent:
        """Where it begins and ends now."""
        last = self._last
        if last is None:
            return Extent(0, -1, -1, 0, empty=True)
        return Extent(
            self._first, last.sequence_number, last.offset, last.enqueued_at, empty=not self._events
        )

    def append(self, events: Sequence[Event]) -> None:
        """Enqueue `events`, wake whoever waits."""
        for event in events:
            added = enqueued(event, self.end, self._end_offset)
            self._events.append(added)
            self._bytes += added.size
            self._end_offset += added.size
            self._last = added
        self._forget()
        for wake in tuple(self._waiting):
            wake()

    def read(self, position: int, most: int) -> Sequence[Enqueued]:
        """Return up to `most` events from the sequence number `position` on, or from the oldest one kept."""
        index = max(0, position - self._first)
        return self._events[index : index + most]

    def after_offset(self, offset: int, *, inclusive: bool) -> int:
        """Return the sequence number of the first event with a greater (or the same) offset."""
        return self._first + _bisect(inclusive)(self._events, offset, key=lambda event: event.offset)

    def after_time(self, milliseconds: int, *, inclusive: bool) -> int:
        """Return the sequence number of the first event enqueued later than (or at) a time."""
        return self._first + _bisect(inclusive)(
            self._events, milliseconds, key=lambda event: event.enqueued_at
        )

    def wait(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` after each append, until what is returned is called."""
        self._waiting.add(wake)
        return lambda: self._waiting.discard(wake)

    def _forget(self) -> None:
        excess = self._bytes - self._limit
        if excess <= 0:
            return
        if self._first == 0:
            _LOG.warning("a partition holds %d bytes: its oldest events go from now on", self._bytes)
        # An eighth more than needed, so that a full log is not moved for every event.
        spare = excess + self._limit // 8
        dropped = 0
        while spare > 0 and dropped < len(self._events) - 1:
            spare -= self._events[dropped].size
            self._bytes -= self._events[dropped].size
            dropped += 1
        del self._events[:dropped]
        self._first += dropped


def _bisect(inclusive: bool) -> Callable[..., int]:
    return bisect.bisect_left if inclusive else bisect.bisect_right
