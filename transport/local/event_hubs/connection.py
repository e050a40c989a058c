"""One client's AMQP connection: bytes in, bytes out. It knows no socket and starts no thread."""

import asyncio
import logging
from typing import Any, Protocol

from proton import (
    Collector,
    Connection,
    Delivery,
    Event,
    Link,
    ProtonException,
    Receiver,
    Sender,
    Session,
    Transport,
)

from transport.local.event_hubs.attaching import Attaching, Service
from transport.local.event_hubs.encoded import MalformedError
from transport.local.event_hubs.inbound import Inbound, Reader
from transport.local.event_hubs.links import Incoming, Role, Subscription, refuse
from transport.local.event_hubs.outbound import Writer
from transport.local.event_hubs.refusals import RefusalError

_LOG = logging.getLogger(__name__)

LARGEST_FRAME = 64 * 1024
_BYTES_AT_ONCE = 256 * 1024  # sent for one subscription before the others have their turn


class Wire(Protocol):
    """Where a connection's bytes go."""

    @property
    def congested(self) -> bool:
        """Whether more should wait; `AmqpConnection.wake` is called when it need not any more."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def close(self) -> None:
        """Send what was written, then hang up."""


class AmqpConnection:
    """The service's end of a connection."""

    def __init__(self, service: Service, wire: Wire) -> None:
        """Make one for a client that has just connected."""
        self._wire = wire
        self._loop = asyncio.get_running_loop()
        self._attaching = Attaching(service, self.wake)
        self._reader = Reader(LARGEST_FRAME)
        self._writer = Writer()
        self._roles: dict[Link, Role] = {}
        self._woken: asyncio.Handle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._connection = Connection()
        self._collector = Collector()
        self._connection.collect(self._collector)
        self._transport = Transport(Transport.SERVER)
        self._transport.max_frame_size = LARGEST_FRAME
        self._transport.sasl().allowed_mechs("ANONYMOUS")
        self._transport.bind(self._connection)

    def received(self, data: bytes) -> None:
        """Take bytes from the client."""
        try:
            for inbound in self._reader.read(data):
                self._push(inbound.frame)
                self._react(inbound)
        except (MalformedError, ProtonException, LookupError, ValueError) as error:
            _LOG.warning("connection closed: %s", error)
            self._wire.close()
            return
        self._send()

    def wake(self) -> None:
        """Send soon: there may be something, or the wire may be free again."""
        if self._woken is None:
            self._woken = self._loop.call_soon(self._send)

    def lost(self) -> None:
        """The wire is gone: let go of everything."""
        for role in self._roles.values():
            role.closed()
        self._roles.clear()
        for handle in (self._woken, self._timer):
            if handle is not None:
                handle.cancel()
        self._woken = self._loop.call_soon(lambda: None)  # never send again
        self._transport.unbind()
        self._connection.free()
        self._collector.release()

    def _push(self, frame: bytes) -> None:
        """Give proton a frame, as much at a time as it takes."""
        while frame:
            capacity = self._transport.capacity()
            if capacity <= 0:
                return  # it has closed; what it wants to say is sent
            self._transport.push(frame[:capacity])
            frame = frame[capacity:]

    def _react(self, inbound: Inbound) -> None:
        """Do what proton reports after a frame."""
        while event := self._collector.peek():
            context: Any = event.context
            match event.type:
                case Event.CONNECTION_REMOTE_OPEN:
                    self._connection.container = "event-hubs-stand-in"
                    self._connection.open()
                case Event.CONNECTION_REMOTE_CLOSE:
                    self._connection.close()
                case Event.SESSION_REMOTE_OPEN:
                    context.open()
                case Event.SESSION_REMOTE_CLOSE:
                    self._session_ended(context)
                case Event.LINK_REMOTE_OPEN:
                    self._attached(context, inbound.capabilities)
                case Event.LINK_REMOTE_CLOSE | Event.LINK_REMOTE_DETACH:
                    self._detached(context)
                case Event.DELIVERY:
                    self._delivered(context, inbound.message_format)
            self._collector.pop()

    def _attached(self, link: Sender | Receiver, capabilities: frozenset[str]) -> None:
        try:
            self._roles[link] = self._attaching.attach(link, capabilities)
        except RefusalError as refusal:
            refuse(link, refusal)

    def _delivered(self, delivery: Delivery, message_format: int) -> None:
        role = self._roles.get(delivery.link)
        if isinstance(role, Incoming) and delivery.readable:  # clients also send on links we have refused
            role.receive(delivery, message_format)

    def _detached(self, link: Link) -> None:
        if role := self._roles.pop(link, None):
            role.closed()
        link.close()
        link.free()

    def _session_ended(self, session: Session) -> None:
        for link in [link for link in self._roles if link.session == session]:
            self._detached(link)
        self._attaching.session_ended(session)
        session.close()
        session.free()

    def _send(self) -> None:
        """Send events until the wire is congested, and all else there is to say."""
        self._woken = None
        subscriptions = [role for role in self._roles.values() if isinstance(role, Subscription)]
        for subscription in subscriptions:
            if self._wire.congested:
                break
            subscription.send(_BYTES_AT_ONCE)
            self._flush()
        self._tick()
        self._flush()
        if not self._wire.congested and any(subscription.has_more for subscription in subscriptions):
            self.wake()

    def _tick(self) -> None:
        """Let proton keep the idle timeout that the client asked for."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._loop.time()
        if deadline := self._transport.tick(now):
            self._timer = self._loop.call_at(deadline, self._send)

    def _flush(self) -> None:
        while (pending := self._transport.pending()) > 0:
            self._wire.write(b"".join(self._writer.write(self._transport.peek(pending) or b"")))
            self._transport.pop(pending)
        if pending < 0:
            self._wire.close()
