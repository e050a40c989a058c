"""Outgoing frames are padded to what the SDK reads by position."""

import pytest

pytest.importorskip("proton", reason="qpid-proton could not be built here")
from hypothesis import given
from hypothesis import strategies as st
from proton import Data, Described, ulong

from transport.local.event_hubs import frames
from transport.local.event_hubs.outbound import PADDING_BYTES, Writer, padded

FIELDS = {"open": 10, "begin": 8, "attach": 14, "flow": 11, "transfer": 11, "disposition": 6, "detach": 3}


def _frame(code, fields, payload=b"", channel=3):
    data = Data()
    data.put_object(Described(ulong(code), fields))
    content = bytes([2, 0]) + channel.to_bytes(2) + data.encode() + payload
    return (len(content) + 4).to_bytes(4) + content


def _read(frame):
    """Return an encoded frame's channel, code, fields and payload."""
    assert int.from_bytes(frame[:4]) == len(frame)
    data = Data()
    used = data.decode(frame[8:])
    data.next()
    value = data.get_object()
    return frames.channel(frame), value.descriptor, value.value, frame[8 + used :]


@pytest.mark.parametrize(("name", "count"), FIELDS.items())
def test_every_performative_gets_all_its_fields(name, count):
    code = getattr(frames, name.upper())
    for given_count in (0, 1, count - 1, count):
        fields = [f"field {number}" for number in range(given_count)]
        expected = fields + [None] * (count - given_count)
        assert _read(padded(_frame(code, fields))) == (3, code, expected, b"")


def test_a_transfer_keeps_its_payload():
    frame = _frame(frames.TRANSFER, [1, 2, "tag"], payload=b"\x00Sp\xc0\x01\x00body")
    channel, code, fields, payload = _read(padded(frame))
    assert (channel, code, fields[:4], payload) == (3, 0x14, [1, 2, "tag", None], b"\x00Sp\xc0\x01\x00body")


@given(st.integers(0, 700))
def test_lists_of_any_length_are_padded_by_a_bounded_number_of_bytes(length):
    """Also those that outgrow the short list's header."""
    frame = _frame(frames.ATTACH, ["x" * length])
    result = padded(frame)
    assert _read(result)[2] == ["x" * length] + [None] * 13
    assert len(result) - len(frame) <= PADDING_BYTES


@pytest.mark.parametrize(
    "frame",
    [
        b"AMQP\x00\x01\x00\x00",
        b"\x00\x00\x00\x08\x02\x00\x00\x00",
        b"\x00\x00\x00\x0c\x02\x01\x00\x00\x00SD\xc0",
    ],
    ids=["a protocol header", "an empty frame", "a SASL frame"],
)
def test_what_is_no_performative_stays_as_it_is(frame):
    assert padded(frame) == frame


def test_frames_that_proton_hands_out_in_pieces_are_put_together():
    stream = b"AMQP\x00\x01\x00\x00" + _frame(frames.END, []) + _frame(frames.DETACH, [1, True])
    writer = Writer()
    written = [frame for byte in stream for frame in writer.write(bytes([byte]))]
    assert written[0] == b"AMQP\x00\x01\x00\x00"
    assert [_read(frame)[2] for frame in written[1:]] == [[None], [1, True, None]]
