"""Events: taken out of the messages clients send, and put into those they receive.

All that a client sent is kept as the very bytes it came in. Only annotations are looked at: the service's
replace the client's of the same name.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from proton import timestamp

from transport.local.event_hubs import encoded
from transport.local.event_hubs.clock import now

BATCH_FORMAT = 0x80013700  # message-format of a batch: each data section holds one encoded message

_HEADER, _DELIVERY_ANNOTATIONS, _MESSAGE_ANNOTATIONS, _DATA = 0x70, 0x71, 0x72, 0x75
_PARTITION_KEY = "x-opt-partition-key"


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it was sent.

    Attributes:
        header: its encoded header.
        annotations: its message annotations by name, name and value encoded.
        rest: all sections from the properties on, encoded.
        partition_key: the key that names its partition.
    """

    header: bytes
    annotations: Mapping[str, bytes]
    rest: bytes
    partition_key: str | None = None


@dataclass(frozen=True, slots=True)
class Enqueued:
    """An event in a partition: what the service knows of it, and its encoded parts.

    Attributes:
        sequence_number: its place in the partition, from 0, without gaps.
        offset: bytes enqueued before it; not the sequence number, so that code that mixes them up fails.
        enqueued_at: milliseconds since the epoch.
        head: encoded sections before the delivery annotations.
        tail: encoded sections after them.
    """

    sequence_number: int
    offset: int
    enqueued_at: int
    head: bytes
    tail: bytes

    @property
    def size(self) -> int:
        """Its encoded length in bytes."""
        return len(self.head) + len(self.tail)

    def message(self, delivery_annotations: bytes = b"") -> bytes:
        """Encode it for a receiver."""
        return self.head + delivery_annotations + self.tail


def taken_from(message: bytes, message_format: int) -> list[Event]:
    """Return the events in an encoded message: one, or those of a batch.

    A batch's partition key holds for each of its events.

    Errors:
        MalformedError: it is no message, or a batch holds something else than messages.
    """
    envelope = _event(message)
    if message_format != BATCH_FORMAT:
        return [envelope]
    key = {name: pair for name, pair in envelope.annotations.items() if name == _PARTITION_KEY}
    return [
        _event(encoded.binary(message, section.value), key)
        for section in encoded.sections(message)
        if section.code == _DATA
    ]


def enqueued(event: Event, sequence_number: int, offset: int) -> Enqueued:
    """Return `event` as the partition keeps it, with the service's annotations."""
    at = now()
    values: dict[str, int | str] = {
        "x-opt-sequence-number": sequence_number,
        "x-opt-offset": str(offset),
        "x-opt-enqueued-time": timestamp(at),
    }
    annotations = {**event.annotations, **_pairs(values)}
    tail = _section(_MESSAGE_ANNOTATIONS, annotations) + event.rest
    return Enqueued(sequence_number, offset, at, event.header, tail)


def delivery_annotations(values: Mapping[str, int | str]) -> bytes:
    """Encode delivery annotations; times are `proton.timestamp`."""
    return _section(_DELIVERY_ANNOTATIONS, _pairs(values))


def _event(message: bytes, of_batch: Mapping[str, bytes] | None = None) -> Event:
    header = b""
    annotations: dict[str, bytes] = {}
    rest = []
    for section in encoded.sections(message):
        if section.code == _HEADER:
            header = message[section.start : section.end]
        elif section.code == _MESSAGE_ANNOTATIONS:
            annotations = _read_pairs(message, section.value)
        elif section.code != _DELIVERY_ANNOTATIONS:  # those are for the next hop only, and that is us
            rest.append(message[section.start : section.end])
    annotations.update(of_batch or {})
    key = annotations.get(_PARTITION_KEY)
    return Event(header, annotations, b"".join(rest), None if key is None else _value_of(key))


def _read_pairs(message: bytes, start: int) -> dict[str, bytes]:
    """Return a map's encoded pairs by name."""
    starts = encoded.items(message, start)
    return {
        encoded.text(message, key): message[key : encoded.end_of(message, value)]
        for key, value in zip(starts[::2], starts[1::2], strict=True)
    }


def _value_of(pair: bytes) -> str:
    return encoded.text(pair, encoded.end_of(pair, 0))


def _pairs(values: Mapping[str, int | str]) -> dict[str, bytes]:
    """Encode pairs, each with a symbol for its name."""
    return {name: b"\xa3" + _short(name) + _encode(value) for name, value in values.items()}


def _encode(value: int | str) -> bytes:
    if isinstance(value, str):
        return b"\xa1" + _short(value)
    return (b"\x83" if isinstance(value, timestamp) else b"\x81") + value.to_bytes(8, signed=True)


def _short(text: str) -> bytes:
    content = text.encode()
    return bytes([len(content)]) + content


def _section(code: int, pairs: Mapping[str, bytes]) -> bytes:
    content = b"".join(pairs.values())
    size = (len(content) + 4).to_bytes(4)
    return bytes([encoded.DESCRIBED, 0x53, code, 0xD1]) + size + (2 * len(pairs)).to_bytes(4) + content
