"""What a process remembers of the events it passed on."""

import tracemalloc

import pytest

from workers.seen import MOST, Seen


def test_what_was_added_is_known_and_nothing_else():
    seen = Seen()
    assert "e-1" not in seen
    seen.add("e-1")
    assert "e-1" in seen
    assert "e-2" not in seen


def test_the_one_not_seen_for_longest_is_forgotten():
    seen = Seen(most=2)
    for identity in ("e-1", "e-2", "e-1", "e-3"):
        seen.add(identity)
    assert [identity in seen for identity in ("e-1", "e-2", "e-3")] == [True, False, True]


def test_memory_is_bounded():
    tracemalloc.start()
    seen = Seen()
    for number in range(MOST * 2):
        seen.add(f"event-{number:030}")
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(seen) == MOST
    assert size < 30_000_000


def test_it_must_remember_something():
    with pytest.raises(ValueError, match="at least one"):
        Seen(most=0)
