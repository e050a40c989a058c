"""What a link is for: publishing events, subscribing to a partition, requests, or their replies."""

import abc
import itertools
import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from proton import Condition, Delivery, Link, Message, Receiver, Sender, symbol, timestamp

from transport.local.event_hubs import events, requests
from transport.local.event_hubs.clock import now
from transport.local.event_hubs.encoded import MalformedError
from transport.local.event_hubs.ownership import Ownership
from transport.local.event_hubs.partition import Partition
from transport.local.event_hubs.refusals import BadRequestError, RefusalError, TooLargeError

_LOG = logging.getLogger(__name__)

LARGEST_MESSAGE = 1024 * 1024  # bytes; what the standard tier takes
_CREDIT = 1000
_EVENTS_AT_ONCE = 100


class Role(Protocol):
    """What every link is, whatever it is for."""

    def closed(self) -> None:
        """Let go of everything: the link is no more."""


class Incoming(abc.ABC):
    """A link that clients send on. Over-size messages are thrown away as they come in."""

    def __init__(self, link: Receiver) -> None:
        """Take `link`, allow messages on it."""
        self._link = link
        self._too_large = False
        link.max_message_size = LARGEST_MESSAGE
        link.flow(_CREDIT)

    def receive(self, delivery: Delivery, message_format: int) -> None:
        """Take what has come of a message; settle it once it is complete."""
        if self._too_large or delivery.pending > LARGEST_MESSAGE:
            self._too_large = True
            self._link.recv(delivery.pending)
        if delivery.aborted or not delivery.partial:
            self._complete(delivery, message_format)

    def closed(self) -> None:  # noqa: B027 — nothing is held
        """Let go of nothing."""

    @abc.abstractmethod
    def taken(self, message: bytes, message_format: int) -> None:
        """Do what the message asks for.

        Errors:
            RefusalError: it is not done.
        """

    def _complete(self, delivery: Delivery, message_format: int) -> None:
        try:
            if self._too_large:
                raise TooLargeError(f"a message is larger than {LARGEST_MESSAGE} bytes")
            if not delivery.aborted:
                self.taken(self._link.recv(delivery.pending) or b"", message_format)
            delivery.update(Delivery.ACCEPTED)
        except (RefusalError, MalformedError) as error:
            refusal = error if isinstance(error, RefusalError) else BadRequestError(str(error))
            # The SDK's send hangs over a rejection whose error has no info.
            delivery.local.condition = condition(refusal, {symbol("link"): self._link.name})
            delivery.update(Delivery.REJECTED)
        self._too_large = False
        delivery.settle()
        if self._link.credit < _CREDIT // 2:
            self._link.flow(_CREDIT - self._link.credit)


class Publisher(Incoming):
    """A link that events are sent on."""

    def __init__(self, link: Receiver, publish: Callable[[Sequence[events.Event]], None]) -> None:
        """Take `link`; `publish` gets the events of each message."""
        super().__init__(link)
        self._publish = publish

    def taken(self, message: bytes, message_format: int) -> None:
        """Enqueue a message's events."""
        if found := events.taken_from(message, message_format):
            self._publish(found)


class Requests(Incoming):
    """A link that requests are sent on; replies go out on the session's link from the same node."""

    def __init__(self, link: Receiver, node: requests.Node, reply: Callable[[Message], None]) -> None:
        """Take `link`; `reply` gets each request's answer."""
        super().__init__(link)
        self._node = node
        self._reply = reply

    def taken(self, message: bytes, message_format: int) -> None:
        """Answer a request."""
        del message_format
        request = Message()
        request.decode(message)
        self._reply(requests.reply(self._node, request))


class Replies:
    """A link that replies go out on."""

    def __init__(self, link: Sender) -> None:
        """Take `link`."""
        self._link = link
        self._tags = itertools.count()

    def send(self, message: Message) -> None:
        """Send a reply, settled."""
        _send(self._link, str(next(self._tags)), message.encode())

    def closed(self) -> None:
        """Nothing is held."""


class Subscription:
    """A link that a partition's events go out on, settled: the SDK never answers them."""

    def __init__(
        self,
        link: Sender,
        partition: Partition,
        position: int,
        ownership: Ownership,
        *,
        level: int | None,
        metrics: bool,
        wake: Callable[[], None],
    ) -> None:
        """Join the partition's readers.

        Args:
            link: where events go.
            partition: where they come from.
            position: the sequence number to begin at.
            ownership: who else reads.
            level: the owner level asked for; None for none.
            metrics: whether to tell the partition's end with each event.
            wake: called when there may be something to send.

        Errors:
            RefusalError: another owner does not let it in.
        """
        ownership.join(self, level)
        self._link = link
        self._partition = partition
        self._position = position
        self._ownership = ownership
        self._metrics = metrics
        self._wake = wake
        self._open = True
        self._stop_waiting = partition.wait(wake)
        self._tags = itertools.count()

    @property
    def has_more(self) -> bool:
        """Whether an event could be sent now."""
        return self._open and self._link.credit > 0 and self._position < self._partition.end

    def send(self, most: int) -> None:
        """Send as many events as credit allows, but not many more than `most` bytes."""
        while self.has_more and most > 0:
            found = self._partition.read(self._position, min(self._link.credit, _EVENTS_AT_ONCE))
            annotations = self._runtime_metrics() if self._metrics else b""
            for event in found:
                _send(self._link, str(next(self._tags)), event.message(annotations))
                self._position = event.sequence_number + 1
                most -= event.size
                if most <= 0:
                    break
        if self._open and self._link.drain_mode and not self.has_more:
            self._link.drained()

    def evict(self, refusal: RefusalError) -> None:
        """End the link: another owner took over."""
        refuse(self._link, refusal)
        self.closed()
        self._wake()

    def closed(self) -> None:
        """Leave the partition's readers."""
        self._open = False
        self._stop_waiting()
        self._ownership.leave(self)

    def _runtime_metrics(self) -> bytes:
        extent = self._partition.extent
        return events.delivery_annotations(
            {
                "last_enqueued_sequence_number": extent.last_sequence_number,
                "last_enqueued_offset": str(extent.last_offset),
                "last_enqueued_time_utc": timestamp(extent.last_enqueued_at),
                "runtime_info_retrieval_time_utc": timestamp(now()),
            }
        )


def refuse(link: Link, refusal: RefusalError) -> None:
    """End `link` and say why; on one not yet open, the specification wants it opened first (part 2.6.3)."""
    _LOG.info("link %s refused: %s", link.name, refusal)
    if not link.state & Link.LOCAL_ACTIVE:
        link.open()
    link.condition = condition(refusal)
    link.close()


def condition(refusal: RefusalError, info: Any = None) -> Condition:
    """Return a refusal as AMQP says it."""
    return Condition(refusal.condition, str(refusal), info)


def _send(link: Sender, tag: str, message: bytes) -> None:
    delivery = link.delivery(tag)
    link.stream(message)
    link.advance()
    delivery.settle()
