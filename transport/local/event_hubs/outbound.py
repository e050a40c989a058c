"""Pads outgoing frames: the SDK reads their fields by position, and proton leaves out trailing nulls.

The specification lets a sender leave them out (part 1.4), the SDK then fails with `list index out of range`.
"""

from collections.abc import Iterator

from transport.local.event_hubs import encoded, frames

PADDING_BYTES = 32  # no frame grows by more: at most 13 nulls and a wider list header

_FIELDS = {  # how many fields each performative has
    frames.OPEN: 10,
    frames.BEGIN: 8,
    frames.ATTACH: 14,
    frames.FLOW: 11,
    frames.TRANSFER: 11,
    frames.DISPOSITION: 6,
    frames.DETACH: 3,
    frames.END: 1,
    frames.CLOSE: 1,
}
_NO_LIMIT = 2**32 - 1


class Writer:
    """Pads one connection's outgoing stream."""

    def __init__(self) -> None:
        """Make one for the beginning of a stream."""
        self._cutter = frames.Cutter(_NO_LIMIT)

    def write(self, data: bytes) -> Iterator[bytes]:
        """Take the next bytes from proton, yield complete and padded frames."""
        return map(padded, self._cutter.cut(data))


def padded(frame: bytes) -> bytes:
    """Return `frame` with all the fields its performative has; anything that is no AMQP frame as it is."""
    start = frames.body(frame)
    if start is None:
        return frame
    descriptor_end = encoded.end_of(frame, start + 1)
    code = encoded.unsigned(frame, start + 1)
    wanted = _FIELDS.get(code or 0, 0)
    match frame[descriptor_end]:
        case encoded.LIST0:
            count, first, end = 0, descriptor_end + 1, descriptor_end + 1
        case encoded.LIST8:
            count, first = frame[descriptor_end + 2], descriptor_end + 3
            end = descriptor_end + 2 + frame[descriptor_end + 1]
        case _:
            count, first = int.from_bytes(frame[descriptor_end + 5 : descriptor_end + 9]), descriptor_end + 9
            end = descriptor_end + 5 + int.from_bytes(frame[descriptor_end + 1 : descriptor_end + 5])
    if count >= wanted:
        return frame
    content = frame[first:end] + bytes([encoded.NULL]) * (wanted - count)
    grown = b"".join((frame[4:descriptor_end], _list(wanted, content), frame[end:]))
    return (len(grown) + 4).to_bytes(4) + grown


def _list(count: int, content: bytes) -> bytes:
    if len(content) < 255:
        return bytes([encoded.LIST8, len(content) + 1, count]) + content
    return bytes([encoded.LIST32]) + (len(content) + 4).to_bytes(4) + count.to_bytes(4) + content
