"""Pauses grow, are drawn at random, and never exceed their limit."""

from hypothesis import given
from hypothesis import strategies as st

from transport import backoff


@given(st.integers(1, 10_000), st.floats(0.001, 10), st.floats(0.001, 3600))
def test_a_pause_lies_in_the_upper_half_of_its_span(failures, first, longest):
    span = min(longest, first * 2 ** min(failures - 1, 62))
    assert span / 2 <= backoff.pause(failures, first=first, longest=longest) <= span


def test_pauses_differ():
    assert len({backoff.pause(3, first=1, longest=60) for _ in range(20)}) > 1
