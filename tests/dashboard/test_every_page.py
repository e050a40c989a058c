"""Every page there is, on an installation that was made up for it."""

import pytest
from django.test import Client

from benchmarks.dashboard.data import Installation, Size
from benchmarks.dashboard.pages import addresses, measure
from migration_tracker.accounts.models import User

LITTLE = Size(migrations=1, workers=2, few=1, scans=2, runs=8, entries=20, points=3, people=3)


@pytest.mark.django_db
def test_each_page_of_a_made_up_installation_answers(client: Client):
    Installation(LITTLE).fill()
    client.force_login(User.objects.order_by("pk")[0])
    pages = addresses()
    assert set(measure(client, pages, 1)) == set(pages)
