"""Every page there is: it answers, stays light, and needs no more queries for much than for little."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from benchmarks.dashboard.data import Size, fill
from benchmarks.dashboard.pages import addresses, measure
from migration_tracker.accounts.models import User

LITTLE = Size(migrations=1, workers=1, few=1, scans=2, runs=2, entries=10, points=2, people=2)
MORE = Size(migrations=4, workers=120, few=3, scans=3, runs=1_000, entries=600, points=60, people=5)


MOST_BYTES = 150_000  # of a first visit: the page and all that it loads, compressed


class Undone(Exception):
    pass


def walk(client: Client, size: Size) -> tuple[dict[str, int], dict[str, int]]:
    """Of each page the queries and the bytes, on an installation of that size that is gone afterwards."""
    counts: dict[str, int] = {}
    weights: dict[str, int] = {}
    try:
        with transaction.atomic():
            fill(size)
            client.force_login(User.objects.order_by("pk")[0])
            pages = addresses()
            counts = {name: taken.queries for name, taken in measure(client, pages, 1).items()}
            weights = {name: weight(client, address) for name, address in pages.items()}
            raise Undone
    except Undone:
        return counts, weights


def weight(client: Client, address: str) -> int:
    """What a browser that comes for the first time is sent, in bytes."""
    answer = client.get(address, headers={"accept-encoding": "gzip"})
    page = answer.content
    text = gzip.decompress(page).decode() if answer.headers.get("Content-Encoding") else answer.text
    loaded = set(re.findall(r'(?:href|src)="/static/([^"]+)"', text))
    files = [gzip.compress((Path(settings.STATICFILES_DIRS[0]) / name).read_bytes()) for name in loaded]
    assert len(files) >= 5, "the page loads its style and its scripts"
    return len(page) + sum(map(len, files))


@pytest.mark.django_db
def test_no_page_needs_more_queries_for_much_than_for_little_and_each_is_light(client: Client):
    (little, _), (more, weights) = walk(client, LITTLE), walk(client, MORE)
    assert {name: count for name, count in more.items() if count > little[name]} == {}
    assert {name: size for name, size in weights.items() if size > MOST_BYTES} == {}
