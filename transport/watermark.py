"""How far a partition is finished without a gap, whatever order its messages finish in."""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from itertools import takewhile
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

    __slots__ = ("_ahead", "_cursors", "_finished", "_open", "front", "last", "stored")

    def __init__(self, stored: Mark | None = None, finished: Iterable[range] = ()) -> None:
        self._open: deque[int] = deque()
        self._ahead: set[int] = set()
        self._finished = deque(finished)
        self._cursors: dict[int, str] = {stored.offset: stored.cursor} if stored is not None else {}
        self.stored = stored
        self.last: int | None = None  # newest position delivered
        self.front = stored.offset if stored is not None else None  # newest that may be committed as finished

    def __len__(self) -> int:
        """Messages delivered that the front has not passed."""
        return len(self._open)

    @property
    def reached(self) -> Mark | None:
        """The front, as it is committed."""
        front = self.front
        if front is None:
            return None
        for passed in list(takewhile(lambda offset: offset < front, self._cursors)):
            del self._cursors[passed]
        return Mark(front, self._cursors.get(front, ""))

    @property
    def open(self) -> Iterable[int]:
        """Positions of the messages delivered that the front has not passed, in their order."""
        return self._open

    @property
    def ahead(self) -> Collection[int]:
        """Positions beyond the front that are finished."""
        return self._ahead

    def deliver(self, offsets: Sequence[int], cursors: Sequence[str] = ()) -> Sequence[int]:
        """Take note of messages; says which are to be handled, by index, as others were finished before.

        Arguments:
            offsets: their positions, ascending.
            cursors: the broker's own word for each of them, where it has one.
        """
        if not offsets:
            return offsets
        if self.last is None and self.stored is not None and offsets[0] <= self.stored.offset:
            # The partition begins anew: what was stored is about messages that are no longer there.
            self.front = None
            self._finished.clear()
            self._cursors.clear()
        new: Sequence[int] = range(len(offsets))
        if self.last is not None and offsets[0] <= self.last:
            new = [index for index in new if offsets[index] > self.last]
            offsets, cursors = [offsets[index] for index in new], [cursors[index] for index in new if cursors]
            if not new:
                return new
        self.last = offsets[-1]
        self._open.extend(offsets)
        if cursors:
            self._cursors.update(zip(offsets, cursors, strict=True))
        if self._finished:
            done = [self._was_finished(offset) for offset in offsets]
            for offset in (offset for offset, was in zip(offsets, done, strict=True) if was):
                self.finish(offset)
            new = [index for index, was in zip(new, done, strict=True) if not was]
        return new

    def finish(self, offset: int) -> bool:
        """Take note that the message at `offset` is done with; True if the front moved."""
        opened = self._open
        if not opened or opened[0] != offset:
            self._ahead.add(offset)
            return False
        opened.popleft()
        if ahead := self._ahead:
            while opened and opened[0] in ahead:
                offset = opened.popleft()
                ahead.remove(offset)
        self.front = offset
        return True

    def finished(self) -> list[range]:
        """Everything known to be finished beyond what was stored at first, as ascending ranges."""
        begin = self.stored.offset + 1 if self.stored is not None else 0
        front = [range(begin, self.front + 1)] if self.front is not None else []
        ahead = [range(offset, offset + 1) for offset in sorted(self._ahead)]
        return [*front, *ahead, *self._finished]

    def _was_finished(self, offset: int) -> bool:
        while self._finished and self._finished[0].stop <= offset:
            self._finished.popleft()
        return bool(self._finished) and offset >= self._finished[0].start
