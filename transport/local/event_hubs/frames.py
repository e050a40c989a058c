"""Cuts a stream of bytes into AMQP 1.0 protocol headers and frames (part 2.3 of the specification)."""

from collections.abc import Iterator

from transport.local.event_hubs.encoded import MalformedError

_HEADER = b"AMQP"
_HEADER_BYTES = 8

OPEN, BEGIN, ATTACH, FLOW, TRANSFER, DISPOSITION, DETACH, END, CLOSE = range(0x10, 0x19)


class Cutter:
    """Keeps what is left of a stream until a whole frame is there; bounded by the largest frame allowed."""

    def __init__(self, largest: int) -> None:
        """Make one for frames of up to `largest` bytes."""
        self._largest = largest
        self._rest = b""

    def cut(self, data: bytes) -> Iterator[bytes]:
        """Take the next bytes of the stream; yield each protocol header and each frame that is complete.

        Errors:
            MalformedError: a frame states an impossible size.
        """
        data = self._rest + data if self._rest else data
        position = 0
        try:
            while len(data) - position >= _HEADER_BYTES:
                size = self._size(data, position)
                if len(data) - position < size:
                    break
                yield data[position : position + size]
                position += size
        finally:
            self._rest = data[position:]

    def _size(self, data: bytes, position: int) -> int:
        if data.startswith(_HEADER, position):
            return _HEADER_BYTES
        size = int.from_bytes(data[position : position + 4])
        if not _HEADER_BYTES <= size <= self._largest:
            raise MalformedError(f"a frame of {size} bytes; allowed are {_HEADER_BYTES} to {self._largest}")
        return size


def body(frame: bytes) -> int | None:
    """Return where an AMQP frame's performative begins; None for headers, SASL frames and empty frames."""
    if frame.startswith(_HEADER) or frame[5] != 0:
        return None
    start = frame[4] * 4
    return start if start < len(frame) else None


def channel(frame: bytes) -> int:
    """Return the channel an AMQP frame belongs to."""
    return int.from_bytes(frame[6:8])
