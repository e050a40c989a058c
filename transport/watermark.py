"""How far a partition is finished without a gap, whatever order its messages finish in."""

from collections import deque
from typing import NamedTuple


class Mark(NamedTuple):
    """A message's place: its integer position, and the broker's own word for it where it has one."""

    offset: int
    cursor: str = ""


class Watermark:
    """The contiguous front of finished messages, in the order they were delivered.

    Positions may have gaps (compaction, transaction markers): what counts is that everything *delivered*
    before the front is finished. Each operation costs O(1) over the life of a message.
    """

    __slots__ = ("_ahead", "_open", "last", "reached")

    def __init__(self) -> None:
        self._open: deque[Mark] = deque()
        self._ahead: set[int] = set()
        self.last: int | None = None  # newest position delivered
        self.reached: Mark | None = None  # newest position that may be committed as finished

    def __len__(self) -> int:
        """Messages delivered that the front has not passed."""
        return len(self._open)

    def deliver(self, mark: Mark) -> bool:
        """Take note of a message before it is worked on; False if it was delivered before."""
        if self.last is not None and mark.offset <= self.last:
            return False
        self.last = mark.offset
        self._open.append(mark)
        return True

    def finish(self, offset: int) -> bool:
        """Take note that the message at `offset` is done with; True if the front moved."""
        if not self._open or self._open[0].offset != offset:
            self._ahead.add(offset)
            return False
        self.reached = self._open.popleft()
        while self._open and self._open[0].offset in self._ahead:
            self.reached = self._open.popleft()
            self._ahead.remove(self.reached.offset)
        return True
