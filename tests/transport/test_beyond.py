"""What is finished beyond a position survives being written down, within its limit, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport import beyond
from transport.adapter import BEYOND_LIMIT
from transport.watermark import Mark, Watermark


@st.composite
def partitions(draw):
    """Positions delivered beyond a base, and those of them that are finished."""
    base = draw(st.integers(-1, 1000))
    offsets = sorted(draw(st.sets(st.integers(base + 1, base + 400), max_size=120)))
    finished = set(draw(st.lists(st.sampled_from(offsets), unique=True))) if offsets else set()
    return base, offsets, finished


def told(text, base, offsets):
    ranges = beyond.read(text, base)
    return {offset for offset in offsets if any(offset in one for one in ranges)}


@given(partitions())
def test_what_was_finished_is_read_back(partition):
    base, offsets, finished = partition
    text = beyond.write(base, offsets, finished)
    assert told(text, base, offsets) == finished


@given(partitions(), st.integers(20, 60))
def test_what_does_not_fit_is_left_out_and_nothing_is_made_up(partition, limit):
    base, offsets, finished = partition
    text = beyond.write(base, offsets, finished, limit)
    assert len(text) <= limit
    assert told(text, base, offsets) <= finished


def test_a_thousand_holes_fit_into_a_commit():
    offsets = range(1, 3000)
    finished = {offset for offset in offsets if offset % 3}
    text = beyond.write(0, offsets, finished)
    assert len(text) <= BEYOND_LIMIT
    assert len(told(text, 0, offsets)) > 1300


def test_the_usual_case_is_short():
    """256 in flight, and each third of them still running."""
    offsets = range(1_000_001, 1_000_257)
    text = beyond.write(1_000_000, offsets, {offset for offset in offsets if offset % 16})
    assert len(text) < 120


@pytest.mark.parametrize(
    "text",
    ["", "x", "1:5", "1:5:", "1:5:1", "1:5:1.", "2:5:1.1", "1:6:1.1", "1:5:1.-1", "1:5:1.1\n", "1:5:٣.1"],
)
def test_what_is_not_ours_or_about_another_position_tells_nothing(text):
    assert beyond.read(text, 5) == []


@given(partitions())
def test_a_watermark_goes_on_where_the_text_left_off(partition):
    base, offsets, finished = partition
    stored = Mark(base) if base >= 0 else None
    ranges = beyond.read(beyond.write(base, offsets, finished), base)
    watermark = Watermark(stored, ranges)
    new = {offsets[index] for index in watermark.deliver(offsets)}
    assert set(offsets) - new == finished
    for offset in set(offsets) - finished:
        watermark.finish(offset)
    assert len(watermark) == 0
    assert watermark.reached == (Mark(offsets[-1]) if offsets else stored)
