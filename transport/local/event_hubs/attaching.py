"""Decides what a new link is for, and whether its client may have it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from proton import Data, Described, Message, Receiver, Sender

from transport.local.event_hubs import addresses, requests, sas, selector
from transport.local.event_hubs.addresses import CBS, MANAGEMENT, Address
from transport.local.event_hubs.links import Incoming, Publisher, Replies, Requests, Role, Subscription
from transport.local.event_hubs.namespace import Namespace
from transport.local.event_hubs.refusals import NotFoundError, UnauthorizedError

_EPOCH = "com.microsoft:epoch"
_RUNTIME_METRIC = "com.microsoft:enable-receiver-runtime-metric"


@dataclass(frozen=True, slots=True)
class Service:
    """What all connections share: the namespace, and what checks tokens."""

    namespace: Namespace
    verify: requests.Verify


class Attaching:
    """Attaches one connection's links."""

    def __init__(self, service: Service, wake: Callable[[], None]) -> None:
        """Make one; `wake` is called when a subscription may have something to send."""
        self._service = service
        self._wake = wake
        self._grants: dict[str, sas.Grant] = {}
        self._replies: dict[tuple[Any, str], Replies] = {}  # by session and node
        self._nodes: dict[str, requests.Node] = {
            CBS: requests.Cbs(service.verify, self._granted),
            MANAGEMENT: requests.Management(service.verify, service.namespace),
        }

    def attach(self, link: Sender | Receiver, capabilities: frozenset[str]) -> Role:
        """Open `link` for what its address says.

        Args:
            link: a link that the client attached.
            capabilities: those it desires.

        Errors:
            RefusalError: it must not be opened.
        """
        text = (link.remote_target if link.is_receiver else link.remote_source).address or ""
        address = addresses.parse(text)
        if address.entity in self._nodes:
            role = self._request_or_reply(link, address.entity)
        elif not any(grant.covers(text) for grant in self._grants.values()):
            raise UnauthorizedError(f"no token put by this connection allows {text!r}")
        elif isinstance(link, Sender):
            role = self._subscription(link, address, _RUNTIME_METRIC in capabilities)
        else:
            role = self._publisher(link, address)
        link.source.copy(link.remote_source)
        link.target.copy(link.remote_target)
        link.open()
        return role

    def session_ended(self, session: Any) -> None:
        """Forget where a session's replies went."""
        self._replies = {key: value for key, value in self._replies.items() if key[0] != session}

    def _granted(self, grant: sas.Grant) -> None:
        self._grants[grant.path] = grant

    def _request_or_reply(self, link: Sender | Receiver, node: str) -> Role:
        session = link.session
        if isinstance(link, Sender):
            self._replies[session, node] = Replies(link)
            return self._replies[session, node]

        def reply(message: Message) -> None:
            if (session, node) in self._replies:  # otherwise the client does not want to know
                self._replies[session, node].send(message)

        return Requests(link, self._nodes[node], reply)

    def _publisher(self, link: Receiver, address: Address) -> Incoming:
        hub = self._service.namespace.hub(address.entity)
        if address.group is not None:
            raise NotFoundError("events are sent to an event hub or a partition, not to a consumer group")
        publish = hub.publish if address.partition is None else hub.partition(address.partition).append
        return Publisher(link, publish)

    def _subscription(self, link: Sender, address: Address, metrics: bool) -> Subscription:
        if address.group is None or address.partition is None:
            raise NotFoundError("events are received from a partition, for a consumer group")
        hub = self._service.namespace.hub(address.entity)
        partition = hub.partition(address.partition)
        ownership = hub.ownership(address.group, address.partition)
        level = (link.remote_properties or {}).get(_EPOCH)
        return Subscription(
            link,
            partition,
            selector.first_position(_selector(link.remote_source.filter), partition),
            ownership,
            level=None if level is None else int(level),
            metrics=metrics,
            wake=self._wake,
        )


def _selector(filters: Data) -> str | None:
    """Return the selector among a source's filters."""
    if not filters.next():
        return None
    found: Any = filters.get_object()
    found = (found or {}).get(selector.FILTER)
    if isinstance(found, Described):
        found = found.value
    return None if found is None else str(found)
