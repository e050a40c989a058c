"""Reads from incoming frames what proton's Python does not tell, before proton gets them.

That is a transfer's message format (a batch of events is known by it) and the capabilities a link desires
(runtime metrics are asked for by one). Frames are handed on one by one, so that whatever event proton reports
next belongs to the frame just read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from proton import Data

from transport.local.event_hubs import encoded, frames
from transport.local.event_hubs.outbound import PADDING_BYTES

_HANDLE_IN_ATTACH, _CAPABILITIES_IN_ATTACH = 1, 12
_FRAME_SIZE_IN_OPEN = 2
_HANDLE, _FORMAT, _MORE, _ABORTED = 0, 3, 5, 9
_UINT = 0x70


@dataclass(frozen=True, slots=True)
class Inbound:
    """One incoming frame, with what proton will not say about it."""

    frame: bytes
    message_format: int = 0
    capabilities: frozenset[str] = frozenset()


class Reader:
    """Reads one connection's incoming stream."""

    def __init__(self, largest_frame: int) -> None:
        """Make one for frames of up to `largest_frame` bytes."""
        self._cutter = frames.Cutter(largest_frame)
        self._formats: dict[tuple[int, int], int] = {}  # of messages not yet complete, by channel and handle

    def read(self, data: bytes) -> Iterator[Inbound]:
        """Take the next bytes, yield the frames that are complete.

        Errors:
            MalformedError: the bytes are no AMQP 1.0.
        """
        for frame in self._cutter.cut(data):
            start = frames.body(frame)
            yield Inbound(frame) if start is None else self._performative(frame, start)

    def _performative(self, frame: bytes, start: int) -> Inbound:
        performative = encoded.described(frame, start)
        match performative.code:
            case frames.OPEN:
                return Inbound(_leave_room_for_padding(frame, performative.value))
            case frames.ATTACH:
                return Inbound(frame, capabilities=_capabilities(frame, performative.value))
            case frames.TRANSFER:
                return Inbound(frame, message_format=self._message_format(frame, performative.value))
            case frames.DETACH:
                handle = encoded.unsigned(frame, encoded.items(frame, performative.value)[0]) or 0
                self._formats.pop((frames.channel(frame), handle), None)
            case frames.END:
                ended = frames.channel(frame)
                self._formats = {key: value for key, value in self._formats.items() if key[0] != ended}
        return Inbound(frame)

    def _message_format(self, frame: bytes, value: int) -> int:
        """Only a message's first frame must state its format; remember it until the last."""
        fields = encoded.items(frame, value)
        link = (frames.channel(frame), encoded.unsigned(frame, fields[_HANDLE]) or 0)
        stated = encoded.unsigned(frame, fields[_FORMAT]) if len(fields) > _FORMAT else None
        message_format = self._formats.pop(link, stated or 0)
        unfinished = len(fields) > _MORE and encoded.true(frame, fields[_MORE])
        aborted = len(fields) > _ABORTED and encoded.true(frame, fields[_ABORTED])
        if unfinished and not aborted:
            self._formats[link] = message_format
        return message_format


def _capabilities(frame: bytes, value: int) -> frozenset[str]:
    fields = encoded.items(frame, value)
    if len(fields) <= _CAPABILITIES_IN_ATTACH:
        return frozenset()
    data = Data()
    data.decode(frame[fields[_CAPABILITIES_IN_ATTACH] :])
    data.next()
    desired = data.get_object()
    if desired is None:
        return frozenset()
    return frozenset(map(str, [desired] if isinstance(desired, str) else desired))


def _leave_room_for_padding(frame: bytes, value: int) -> bytes:
    """Tell proton a little less than the largest frame the client takes: frames grow on their way out."""
    fields = encoded.items(frame, value)
    if len(fields) <= _FRAME_SIZE_IN_OPEN or frame[fields[_FRAME_SIZE_IN_OPEN]] != _UINT:
        return frame
    number = fields[_FRAME_SIZE_IN_OPEN] + 1
    largest = int.from_bytes(frame[number : number + 4])
    lowered = max(512, largest - PADDING_BYTES)  # 512 is the least the specification allows
    return frame[:number] + lowered.to_bytes(4) + frame[number + 4 :]
