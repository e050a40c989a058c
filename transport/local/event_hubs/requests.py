"""The nodes that answer requests: `$cbs` (put-token) and `$management` (READ)."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, cast

from proton import UNDESCRIBED, Array, Data, Message, int32, timestamp

from transport.local.event_hubs import sas
from transport.local.event_hubs.namespace import EventHub, Namespace
from transport.local.event_hubs.refusals import BadRequestError, RefusalError, UnauthorizedError

_LOG = logging.getLogger(__name__)
_SAS_TOKEN = "servicebus.windows.net:sastoken"  # noqa: S105 — the name of a kind of token
_BEARER_TOKEN = "jwt"  # noqa: S105 — the same

Answer = tuple[int, str, Any]  # status, its description, the reply's body
Node = Callable[[Message], Answer]
Verify = Callable[[str], sas.Grant]


def reply(node: Node, request: Message) -> Message:
    """Let `node` answer `request`; what it refuses becomes the reply's status."""
    try:
        status, description, body = node(request)
    except RefusalError as refusal:
        _LOG.info("refused: %s", refusal)
        status, description, body = refusal.status, str(refusal), None
    # No error-condition beside them: the SDK would then not look at the status.
    return Message(
        body=body,
        correlation_id=request.id,
        properties={
            "status-code": int32(status),
            "status-description": description,
            "statusDescription": description,  # where the SDK looks for it in replies of $management
        },
    )


class Cbs:
    """Claims-based security: takes a connection's tokens."""

    def __init__(self, verify: Verify, granted: Callable[[sas.Grant], None]) -> None:
        """Make one that checks tokens by `verify` and hands good ones to `granted`."""
        self._verify = verify
        self._granted = granted

    def __call__(self, request: Message) -> Answer:
        """Answer a put-token request."""
        properties = _properties(request)
        if properties.get("operation") != "put-token":
            raise BadRequestError(f"$cbs knows put-token, not {properties.get('operation')!r}")
        if properties.get("type") not in {_SAS_TOKEN, _BEARER_TOKEN}:
            raise UnauthorizedError(f"tokens of type {properties.get('type')!r} are not taken here")
        grant = self._verify(str(request.body))
        audience = str(properties.get("name", ""))
        if not grant.covers(audience):
            raise UnauthorizedError(f"the token is for another audience than {audience!r}")
        self._granted(grant)
        return 202, "Accepted", None


class Management:
    """Tells about event hubs and partitions."""

    def __init__(self, verify: Verify, namespace: Namespace) -> None:
        """Make one that checks tokens by `verify`."""
        self._verify = verify
        self._namespace = namespace

    def __call__(self, request: Message) -> Answer:
        """Answer a READ request."""
        properties = _properties(request)
        name = str(properties.get("name", ""))
        if not self._verify(str(properties.get("security_token", ""))).covers(name):
            raise UnauthorizedError(f"the token is not for event hub {name!r}")
        match properties.get("operation"), properties.get("type"):
            case "READ", "com.microsoft:eventhub":
                return 200, "OK", _about_hub(self._namespace.hub(name))
            case "READ", "com.microsoft:partition":
                return (
                    200,
                    "OK",
                    _about_partition(self._namespace.hub(name), str(properties.get("partition"))),
                )
        raise BadRequestError("$management knows READ of com.microsoft:eventhub and com.microsoft:partition")


def _properties(request: Message) -> Mapping[str, Any]:
    properties: Mapping[str, Any] | None = request.properties
    return properties or {}


def _about_hub(hub: EventHub) -> Mapping[str, Any]:
    return {
        "name": hub.name,
        "type": "com.microsoft:eventhub",
        "created_at": timestamp(hub.created_at),
        "partition_count": int32(len(hub.partitions)),
        "partition_ids": Array(cast("Any", UNDESCRIBED), Data.STRING, *hub.partitions),
    }


def _about_partition(hub: EventHub, partition_id: str) -> Mapping[str, Any]:
    extent = hub.partition(partition_id).extent
    return {
        "name": hub.name,
        "type": "com.microsoft:partition",
        "partition": partition_id,
        "begin_sequence_number": extent.first_sequence_number,
        "last_enqueued_sequence_number": extent.last_sequence_number,
        "last_enqueued_offset": str(extent.last_offset),
        "last_enqueued_time_utc": timestamp(extent.last_enqueued_at),
        "is_partition_empty": extent.empty,
    }
