"""Incoming frames: message formats and capabilities are read, the client's frame size is lowered."""

import pytest

pytest.importorskip("proton", reason="qpid-proton could not be built here")
from proton import UNDESCRIBED, Array, Data, Described, symbol, uint, ulong

from transport.local.event_hubs import frames
from transport.local.event_hubs.encoded import MalformedError
from transport.local.event_hubs.events import BATCH_FORMAT
from transport.local.event_hubs.inbound import Reader
from transport.local.event_hubs.outbound import PADDING_BYTES

LARGEST = 65536


def _frame(code, fields, channel=0, payload=b""):
    data = Data()
    data.put_object(Described(ulong(code), fields))
    content = bytes([2, 0]) + channel.to_bytes(2) + data.encode() + payload
    return (len(content) + 4).to_bytes(4) + content


def _transfer(handle, message_format=None, more=False, channel=0, aborted=False):
    stated = None if message_format is None else uint(message_format)
    fields = [uint(handle), uint(0), b"tag", stated, False, more, None, None, None, aborted]
    return _frame(frames.TRANSFER, fields, channel, payload=b"part")


@pytest.fixture
def formats():
    reader = Reader(LARGEST)
    return lambda *stream: [inbound.message_format for inbound in reader.read(b"".join(stream))]


def test_a_message_has_the_format_its_first_frame_states(formats):
    assert formats(_transfer(1, BATCH_FORMAT), _transfer(1, 0), _transfer(1)) == [BATCH_FORMAT, 0, 0]
    assert (
        formats(_transfer(1, BATCH_FORMAT, more=True), _transfer(1, more=True), _transfer(1))
        == [BATCH_FORMAT] * 3
    )
    assert formats(_transfer(1)) == [0]


def test_messages_on_several_links_and_channels_do_not_mix(formats):
    stream = [
        _transfer(1, BATCH_FORMAT, more=True),
        _transfer(2, 0, more=True),
        _transfer(1, 0, more=True, channel=7),
        _transfer(1),
        _transfer(2),
        _transfer(1, channel=7),
    ]
    assert formats(*stream) == [BATCH_FORMAT, 0, 0, BATCH_FORMAT, 0, 0]


@pytest.mark.parametrize(
    "end",
    [_transfer(1, aborted=True), _frame(frames.DETACH, [uint(1), True]), _frame(frames.END, [])],
    ids=["aborted", "detached", "ended"],
)
def test_a_message_that_is_given_up_leaves_nothing(formats, end):
    formats(_transfer(1, BATCH_FORMAT, more=True), end)
    assert formats(_transfer(1)) == [0]


@pytest.mark.parametrize(
    ("desired", "expected"),
    [
        (Array(UNDESCRIBED, Data.SYMBOL, symbol("a"), symbol("b")), {"a", "b"}),
        (symbol("a"), {"a"}),
        (None, set()),
    ],
)
def test_the_capabilities_a_link_desires_are_read(desired, expected):
    frame = _frame(frames.ATTACH, ["name", uint(0), True, *[None] * 9, desired])
    (inbound,) = Reader(LARGEST).read(frame)
    assert inbound.capabilities == expected
    assert inbound.frame == frame


def test_links_without_capabilities_have_none():
    (inbound,) = Reader(LARGEST).read(_frame(frames.ATTACH, ["name", uint(0), True]))
    assert inbound.capabilities == set()


def test_proton_is_told_of_smaller_frames_than_the_client_takes():
    (inbound,) = Reader(LARGEST).read(_frame(frames.OPEN, ["client", "host", uint(65536), uint(7)]))
    data = Data()
    data.decode(inbound.frame[8:])
    data.next()
    assert data.get_object().value == ["client", "host", 65536 - PADDING_BYTES, 7]


def test_the_stream_may_come_byte_by_byte():
    stream = b"AMQP\x03\x01\x00\x00" + _frame(frames.BEGIN, []) + _transfer(1, BATCH_FORMAT)
    reader = Reader(LARGEST)
    found = [inbound for byte in stream for inbound in reader.read(bytes([byte]))]
    assert b"".join(inbound.frame for inbound in found) == stream
    assert found[-1].message_format == BATCH_FORMAT


@pytest.mark.parametrize(
    "stream",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00\x00\x00\x04\x02\x00\x00\x00",
        b"\xff\xff\xff\xff\x02\x00\x00\x00",
        b"\x00\x00\x00\x0a\x02\x00\x00\x00\x00\x53",
        b"\x00\x00\x00\x0e\x02\x00\x00\x00\x00\x53\x14\xc0\x7f\x02",
    ],
    ids=["HTTP", "too short", "too long", "no performative", "a list that is longer than its frame"],
)
def test_what_is_no_amqp_is_refused(stream):
    with pytest.raises(MalformedError):
        list(Reader(LARGEST).read(stream))
