"""The Retry-After header."""

from datetime import UTC, datetime

import pytest

from workers.retry_after import seconds

NOW = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        ("Tue, 04 Mar 2025 05:07:07 GMT", 60),
        ("Tue, 04 Mar 2025 05:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("", None),
    ],
)
def test_it_is_seconds_or_a_date_or_nothing(value, wait):
    assert seconds(value, now=NOW) == wait
