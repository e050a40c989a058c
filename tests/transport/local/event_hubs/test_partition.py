"""A partition's log, and where receivers begin in it."""

import pytest

pytest.importorskip("proton", reason="qpid-proton could not be built here")

from transport.local.event_hubs.events import Event
from transport.local.event_hubs.partition import Partition
from transport.local.event_hubs.refusals import BadRequestError, OutOfRangeError
from transport.local.event_hubs.selector import first_position


def _events(count, size=10):
    return [Event(b"", {}, bytes(size))] * count


@pytest.fixture
def partition():
    partition = Partition()
    partition.append(_events(10))
    return partition


def test_sequence_numbers_have_no_gaps_and_offsets_grow(partition):
    events = partition.read(0, 100)
    assert [event.sequence_number for event in events] == list(range(10))
    offsets = [event.offset for event in events]
    assert offsets == sorted(set(offsets))
    assert partition.read(8, 100) == events[8:]
    assert partition.read(3, 2) == events[3:5]
    assert partition.read(10, 100) == []


def test_old_events_go_when_the_log_is_full():
    partition = Partition(limit=10_000)
    for _ in range(50):
        partition.append(_events(1, size=1000))
    kept = partition.read(0, 100)
    assert sum(event.size for event in kept) <= 10_000
    assert kept[-1].sequence_number == 49
    assert partition.extent.first_sequence_number == kept[0].sequence_number > 0
    assert partition.end == 50


def test_an_event_larger_than_the_log_is_kept_until_the_next_one():
    partition = Partition(limit=100)
    partition.append(_events(2, size=1000))
    assert [event.sequence_number for event in partition.read(0, 9)] == [1]


def test_who_waits_is_woken_by_each_append_until_it_stops(partition):
    woken = []
    stop = partition.wait(lambda: woken.append(1))
    partition.append(_events(2))
    stop()
    partition.append(_events(2))
    assert woken == [1]


@pytest.mark.parametrize(
    ("selector", "position"),
    [
        (None, 0),
        ("amqp.annotation.x-opt-offset > '-1'", 0),
        ("amqp.annotation.x-opt-offset > '@latest'", 10),
        ("amqp.annotation.x-opt-offset >= '@latest'", 10),
        ("amqp.annotation.x-opt-sequence-number > '-1'", 0),
        ("amqp.annotation.x-opt-sequence-number > '3'", 4),
        ("amqp.annotation.x-opt-sequence-number >= '3'", 3),
        ("amqp.annotation.x-opt-sequence-number > '9'", 10),
        ("amqp.annotation.x-opt-sequence-number >= '10'", 10),
        ("amqp.annotation.x-opt-enqueued-time > '0'", 0),
        ("amqp.annotation.x-opt-enqueued-time >= '99999999999999'", 10),
    ],
)
def test_a_selector_says_where_to_begin(partition, selector, position):
    assert first_position(selector, partition) == position


def test_a_selector_by_offset_finds_the_event_after_or_at_it(partition):
    offset = partition.read(4, 1)[0].offset
    assert first_position(f"amqp.annotation.x-opt-offset > '{offset}'", partition) == 5
    assert first_position(f"amqp.annotation.x-opt-offset >= '{offset}'", partition) == 4


@pytest.mark.parametrize("name", ["x-opt-sequence-number > '10'", "x-opt-offset > '99999'"])
def test_a_position_beyond_the_end_is_refused(partition, name):
    with pytest.raises(OutOfRangeError, match="last sequence number 9"):
        first_position(f"amqp.annotation.{name}", partition)


@pytest.mark.parametrize("selector", ["", "x > 1", "amqp.annotation.x-opt-color > '1'", "a' or 'b"])
def test_what_is_no_selector_is_refused(partition, selector):
    with pytest.raises(BadRequestError):
        first_position(selector, partition)
