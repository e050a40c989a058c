"""How far a partition is finished without a gap, whatever order its messages finish in."""

from collections import deque
from collections.abc import Collection, Iterable
from typing import NamedTuple


class Mark(NamedTuple):
    """A message's place: its integer position, and the broker's own word for it where it has one."""

    offset: int
    cursor: str = ""


class Watermark:
    """The contiguous front of finished messages, in the order they were delivered.

    Positions may have gaps (compaction, transaction markers): what counts is that everything *delivered*
    before the front is finished. Each operation costs O(1) over the life of a message.

    Arguments:
        stored: the front as it was when the partition was assigned.
        finished: positions beyond it that are finished already, as ascending ranges.
    """

    __slots__ = ("_ahead", "_finished", "_open", "last", "reached", "stored")

    def __init__(self, stored: Mark | None = None, finished: Iterable[range] = ()) -> None:
        self._open: deque[Mark] = deque()
        self._ahead: set[int] = set()
        self._finished = deque(finished)
        self.stored = stored
        self.last: int | None = None  # newest position delivered
        self.reached = stored  # newest position that may be committed as finished

    def __len__(self) -> int:
        """Messages delivered that the front has not passed."""
        return len(self._open)

    @property
    def open(self) -> Iterable[Mark]:
        """The messages delivered that the front has not passed, in their order."""
        return self._open

    @property
    def ahead(self) -> Collection[int]:
        """Positions beyond the front that are finished."""
        return self._ahead

    def deliver(self, mark: Mark) -> bool:
        """Take note of a message; False if it was delivered or finished before, and is not to be handled."""
        offset = mark.offset
        if self.last is None:
            if self.stored is not None and offset <= self.stored.offset:
                # The partition begins anew: what was stored is about messages that are no longer there.
                self.reached = None
                self._finished.clear()
        elif offset <= self.last:
            return False
        self.last = offset
        self._open.append(mark)
        if self._finished and self._was_finished(offset):
            self.finish(offset)
            return False
        return True

    def finish(self, offset: int) -> bool:
        """Take note that the message at `offset` is done with; True if the front moved."""
        if not self._open or self._open[0].offset != offset:
            self._ahead.add(offset)
            return False
        self.reached = self._open.popleft()
        while self._ahead and self._open and self._open[0].offset in self._ahead:
            self.reached = self._open.popleft()
            self._ahead.remove(self.reached.offset)
        return True

    def finished(self) -> list[range]:
        """Everything known to be finished beyond what was stored at first, as ascending ranges."""
        begin = self.stored.offset + 1 if self.stored is not None else 0
        front = [range(begin, self.reached.offset + 1)] if self.reached is not None else []
        ahead = [range(offset, offset + 1) for offset in sorted(self._ahead)]
        return [*front, *ahead, *self._finished]

    def _was_finished(self, offset: int) -> bool:
        while self._finished and self._finished[0].stop <= offset:
            self._finished.popleft()
        return bool(self._finished) and offset >= self._finished[0].start
