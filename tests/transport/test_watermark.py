"""The watermark never passes an unfinished message, and reaches the end when all are finished."""

from hypothesis import given
from hypothesis import strategies as st

from transport.watermark import Mark, Watermark


@st.composite
def lives(draw):
    """Positions with gaps, and an order in which they finish that may begin before all are delivered."""
    offsets = sorted(draw(st.sets(st.integers(0, 10_000), min_size=1, max_size=60)))
    steps = [("deliver", offset) for offset in offsets]
    for offset in draw(st.permutations(offsets)):
        earliest = steps.index(("deliver", offset)) + 1
        steps.insert(draw(st.integers(earliest, len(steps))), ("finish", offset))
    return steps


@given(lives())
def test_the_front_is_the_last_position_before_which_all_is_finished(steps):
    watermark, delivered, finished = Watermark(), [], set()
    for step, offset in steps:
        before = watermark.reached
        if step == "deliver":
            assert list(watermark.deliver([offset], [str(offset)])) == [0]
            delivered.append(offset)
        else:
            finished.add(offset)
            moved = watermark.finish(offset)
            assert moved == (watermark.reached != before)
        front = None
        for one in delivered:
            if one not in finished:
                break
            front = Mark(one, str(one))
        assert watermark.reached == front
        assert len(watermark) == len([one for one in delivered if front is None or one > front.offset])
    assert watermark.reached is not None
    assert len(watermark) == 0


@given(st.lists(st.integers(0, 30), max_size=60))
def test_what_was_delivered_before_is_not_taken_again(offsets):
    watermark = Watermark()
    taken = [offset for offset in offsets if watermark.deliver([offset])]
    assert taken == sorted(set(taken))
    assert watermark.last == (max(offsets) if offsets else None)


@given(st.lists(st.sets(st.integers(0, 60), min_size=1), max_size=8), st.sets(st.integers(0, 60)))
def test_many_at_once_are_taken_as_one_by_one(batches, finished):
    ranges = [range(offset, offset + 1) for offset in sorted(finished)]
    together, singly = Watermark(finished=ranges), Watermark(finished=ranges)
    for batch in map(sorted, batches):
        new = [batch[index] for index in together.deliver(batch, [str(offset) for offset in batch])]
        assert new == [offset for offset in batch if singly.deliver([offset], [str(offset)])]
        for offset in new[::2]:
            together.finish(offset)
            singly.finish(offset)
        assert (together.reached, together.last) == (singly.reached, singly.last)
        assert (set(together.ahead), list(together.open)) == (set(singly.ahead), list(singly.open))
