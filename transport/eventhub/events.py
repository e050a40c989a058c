"""How a pipeline message travels as an AMQP event.

The value is the body, headers are application properties with binary values. The key is a property of ours:
the service takes a partition key only from those who leave the choice of the partition to it. What AMQP
cannot carry goes into properties of ours, too, so that nothing is lost on the way: a value that is None, a
header that comes twice. Other producers' partition keys are taken for keys.
"""

import base64
import json
from typing import Any

from azure.eventhub import EventData
from azure.eventhub.amqp import AmqpMessageBodyType

from transport.contract import Headers, PipelineMessage

KEY = "x-pipeline-key"  # the key, in binary
NULL = "x-pipeline-null"  # present when the value is None
HEADERS = "x-pipeline-headers"  # JSON pairs of a name and base64, when a name comes twice
OURS = (KEY, NULL, HEADERS)
ENQUEUED = b"x-opt-enqueued-time"


def event(value: bytes | None, key: bytes | None, headers: Headers) -> EventData:
    """A pipeline message as an event."""
    sent = EventData(value if value is not None else b"")
    properties: dict[str | bytes, Any] = dict(headers)
    if len(properties) != len(headers) or any(name in OURS for name in properties):
        properties = {HEADERS: json.dumps([[name, _text(value)] for name, value in headers])}
    if value is None:
        properties[NULL] = "1"
    if key is not None:
        properties[KEY] = key
    sent.properties = properties
    return sent


def message(topic: str, partition: str, received: EventData) -> PipelineMessage:
    """A received event as a pipeline message."""
    properties = {_name(name): value for name, value in (received.properties or {}).items()}
    key = properties.get(KEY, received.partition_key)
    return PipelineMessage(
        topic,
        int(partition),
        received.sequence_number or 0,
        int((received.raw_amqp_message.annotations or {}).get(ENQUEUED, 0)),
        _bytes(key) if key is not None else None,
        None if NULL in properties else _body(received),
        _headers(properties),
    )


def _headers(properties: dict[str, Any]) -> Headers:
    packed = _unpacked(properties[HEADERS]) if HEADERS in properties else None
    if packed is not None:
        return packed
    return tuple((name, _bytes(value)) for name, value in properties.items() if name not in {KEY, NULL})


def _unpacked(pairs: Any) -> Headers | None:
    """Headers that were packed together; None if this is another producer's, by the same name."""
    try:
        found = tuple((name, base64.b64decode(value, validate=True)) for name, value in json.loads(pairs))
    except (ValueError, TypeError, RecursionError):
        return None
    return found if all(isinstance(name, str) for name, _ in found) else None


def _body(received: EventData) -> bytes:
    body: Any = received.body
    if isinstance(body, bytes):
        return body
    if received.body_type is AmqpMessageBodyType.DATA:
        return b"".join(body)
    try:
        return received.body_as_str().encode()  # another producer's value or sequence
    except TypeError:  # one with bytes that are no text: as Python writes it
        return str(body if isinstance(body, dict) else list(body)).encode()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _name(name: str | bytes) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def _bytes(value: Any) -> bytes:
    """A property's value as bytes: other producers also send text and numbers."""
    return value if isinstance(value, bytes) else str(value).encode()
