"""What may begin while what is going on, whatever comes and goes in whichever order."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from transport import PipelineMessage
from transport.order import ORDERS


def message(offset, key):
    return PipelineMessage("t", 0, offset, 0, key, b"", ())


LIVES = st.lists(
    st.one_of(
        st.tuples(st.just("deliver"), st.sampled_from([None, b"a", b"b", b"c"])),
        st.tuples(st.just("take"), st.none()),
        st.tuples(st.just("release"), st.integers(0, 5)),
    ),
    max_size=80,
)


def live(name, steps):
    """Play the steps, then finish everything; yields what runs after each take."""
    order, running, begun, delivered = ORDERS[name](), [], [], 0

    def take():
        ready = order.ready
        item = order.take()
        assert ready == (item is not None)
        if item is not None:
            running.append(item)
            begun.append(item)
        return item

    for step, value in steps:
        if step == "deliver":
            order.extend([message(delivered, value)])
            delivered += 1
        elif step == "release" and running:
            order.release(running.pop(value % len(running)))
        elif step == "take":
            take()
        assert len(order) == delivered - len(begun)
        yield running, begun
    while running or take():
        order.release(running.pop(0))
        while take():
            pass
        yield running, begun
    assert len(begun) == delivered
    assert len(order) == 0
    assert not order.ready


@given(LIVES)
def test_by_partition_one_at_a_time_in_order(steps):
    for running, begun in live("partition", steps):
        assert len(running) <= 1
        assert [one.offset for one in begun] == list(range(len(begun)))


@given(LIVES)
def test_by_key_one_of_a_key_at_a_time_in_order(steps):
    for running, begun in live("key", steps):
        keys = [one.key for one in running if one.key is not None]
        assert len(keys) == len(set(keys))
        by_key = defaultdict(list)
        for one in begun:
            by_key[one.key].append(one.offset)
        assert all(offsets == sorted(offsets) for key, offsets in by_key.items() if key is not None)


@given(LIVES)
def test_unordered_nothing_waits(steps):
    for _, begun in live("unordered", steps):
        assert [one.offset for one in begun] == list(range(len(begun)))


def test_a_key_that_waits_lets_the_others_pass():
    order = ORDERS["key"]()
    order.extend([message(0, b"a"), message(1, b"a"), message(2, b"b"), message(3, None), message(4, b"a")])
    first = order.take()
    assert [order.take().offset for _ in range(2)] == [2, 3]
    assert order.take() is None
    order.release(first)
    second = order.take()
    assert second.offset == 1
    assert order.take() is None
    order.release(second)
    assert order.take().offset == 4
