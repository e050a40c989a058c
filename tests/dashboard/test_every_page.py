"""Every page there is: it answers, and needs no more queries for much than for little."""

import pytest
from django.db import transaction
from django.test import Client

from benchmarks.dashboard.data import Installation, Size
from benchmarks.dashboard.pages import addresses, measure
from migration_tracker.accounts.models import User

LITTLE = Size(migrations=1, workers=1, few=1, scans=2, runs=2, entries=10, points=2, people=2)
MORE = Size(migrations=4, workers=120, few=3, scans=3, runs=1_000, entries=600, points=60, people=5)


class Undone(Exception):
    pass


def queries(client: Client, size: Size) -> dict[str, int]:
    """How many each page needs on an installation of that size, which is gone afterwards."""
    found: dict[str, int] = {}
    try:
        with transaction.atomic():
            Installation(size).fill()
            client.force_login(User.objects.order_by("pk")[0])
            found = {name: taken.queries for name, taken in measure(client, addresses(), 1).items()}
            raise Undone
    except Undone:
        return found


@pytest.mark.django_db
def test_no_page_needs_more_queries_for_much_than_for_little(client: Client):
    little, more = queries(client, LITTLE), queries(client, MORE)
    assert {name: count for name, count in more.items() if count > little[name]} == {}
