"""Installations of one test run share a Redis and must not take each other's messages."""

import pytest

from tests.conftest import lacking
from tests.stack.redis import NoRedis, Redis, own_database


@pytest.fixture
def server():
    try:
        with Redis() as running:
            yield running
    except NoRedis as reason:
        lacking(str(reason))


def test_each_gets_a_database_of_its_own_whichever_it_asks_from(server):
    first = own_database(server.url)
    second = own_database(first)
    assert len({server.url, first, second, own_database(first), own_database(second)}) == 5
