"""Which of a partition's waiting messages may begin: a class for each `ConsumerOptions.ordering`."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from typing import Final

from transport.case import Work
from transport.contract import Ordering


class Order(ABC):
    """Messages in the order they came. One that was taken counts as begun until it is released."""

    def __init__(self) -> None:
        self._queue: deque[Work] = deque()

    def extend(self, items: Iterable[Work]) -> None:
        self._queue.extend(items)

    def __len__(self) -> int:
        """Messages that wait, for whatever reason."""
        return len(self._queue)

    def clear(self) -> None:
        self._queue.clear()

    @property
    def ready(self) -> bool:
        """Whether a take finds something."""
        return bool(self._queue)

    @abstractmethod
    def take(self) -> Work | None:
        """The next message that may begin."""

    @abstractmethod
    def release(self, item: Work) -> None:
        """A message is done with: what had to wait for it may begin."""


class ByPartition(Order):
    """One message at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._busy = False

    @property
    def ready(self) -> bool:
        return not self._busy and bool(self._queue)

    def take(self) -> Work | None:
        if self._busy or not self._queue:
            return None
        self._busy = True
        return self._queue.popleft()

    def release(self, item: Work) -> None:  # noqa: ARG002
        self._busy = False


class ByKey(Order):
    """One message of each key at a time; messages without a key wait for nobody."""

    def __init__(self) -> None:
        super().__init__()
        self._begun: dict[bytes, deque[Work] | None] = {}  # what waits behind each key that has begun
        self._freed: deque[Work] = deque()
        self._behind = 0

    def __len__(self) -> int:
        return len(self._queue) + self._behind + len(self._freed)

    def clear(self) -> None:
        super().clear()
        self._freed.clear()
        self._begun.clear()
        self._behind = 0

    @property
    def ready(self) -> bool:
        if self._freed:
            return True
        queue, begun = self._queue, self._begun
        while queue and (key := queue[0].key) is not None and key in begun:
            self._put_behind(key, queue.popleft())
        return bool(queue)

    def take(self) -> Work | None:
        if self._freed:
            return self._freed.popleft()
        queue, begun = self._queue, self._begun
        while queue:
            item = queue.popleft()
            if (key := item.key) is None:
                return item
            if key not in begun:
                begun[key] = None
                return item
            self._put_behind(key, item)
        return None

    def release(self, item: Work) -> None:
        if (key := item.key) is None:
            return
        if behind := self._begun.get(key):
            self._freed.append(behind.popleft())  # the key stays begun
            self._behind -= 1
        else:
            self._begun.pop(key, None)

    def _put_behind(self, key: bytes, item: Work) -> None:
        if (behind := self._begun[key]) is None:
            self._begun[key] = deque((item,))
        else:
            behind.append(item)
        self._behind += 1


class Unordered(Order):
    """Any number at a time."""

    def take(self) -> Work | None:
        return self._queue.popleft() if self._queue else None

    def release(self, item: Work) -> None:
        """Nothing waits for it."""


ORDERS: Final[dict[Ordering, type[Order]]] = {
    "partition": ByPartition,
    "key": ByKey,
    "unordered": Unordered,
}
