"""The audit trail can be filtered, verified and taken away, by everybody who is signed in."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http.response import StreamingHttpResponse
from django.test import Client
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.audit import services
from migration_tracker.audit.models import INSTALLATION, Entry
from migration_tracker.audit.names import FEW
from migration_tracker.audit.views import PAGE
from migration_tracker.bundle import verify as offline

pytestmark = pytest.mark.django_db

HOSTILE = '=HYPERLINK("http://evil.example","click")'


@pytest.fixture
def reader(client: Client, person: Callable[..., User]) -> Client:
    client.force_login(person("vic", "viewer"))
    return client


@pytest.fixture
def trail(ada: User, person: Callable[..., User]) -> None:
    ben = person("ben")
    services.record(ada, "item.ticked", ada, chain="migration:a", sentence="ticked one")
    services.record(ben, "item.ticked", ben, chain="migration:b", sentence="ticked another", note=HOSTILE)
    services.record(None, "scan.finished", ada, chain="migration:a", sentence=HOSTILE)


def taken(client: Client, address: str) -> str:
    answer = client.get(address)
    assert isinstance(answer, StreamingHttpResponse)
    assert "attachment" in answer.headers["Content-Disposition"]
    return answer.getvalue().decode()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("chain=migration:a", 2),
        ("who=BEN", 1),
        ("who=e", 2),
        ("who=_en", 0),
        ("who=%25", 0),
        ("who=%5C", 0),
        ("about=b&who=en", 1),
        ("action=item.", 2),
        ("about=ada&action=scan", 1),
        ("who=nobody", 0),
        (f"since={timezone.now():%Y-%m-%d}", 3),
        (f"since={timezone.now() + timedelta(days=2):%Y-%m-%d}", 0),
        (f"until={timezone.now() - timedelta(days=2):%Y-%m-%d}", 0),
    ],
)
def test_the_filters_hold_for_the_page_and_for_the_files(reader: Client, trail: None, query: str, count: int):
    assert len(reader.get(f"/audit/?{query}").context["entries"]) == count
    assert len(taken(reader, f"/audit/trail.jsonl?{query}").splitlines()) == count
    assert len(list(csv.reader(io.StringIO(taken(reader, f"/audit/trail.csv?{query}"))))) == count + 1


def test_a_part_of_many_names_is_found_as_a_part_of_few_is(reader: Client, ada: User):
    for n in range(FEW + 5):
        ada.username = f"worker_{n:02}"
        services.record(None, "user.renamed", ada, chain=INSTALLATION, sentence=f"took name {n}")
    counts = {
        part: len(reader.get("/audit/", {"about": part}).context["entries"]) for part in ("RKER_", "_0", "9")
    }
    assert counts == {"RKER_": FEW + 5, "_0": 10, "9": 2}


@pytest.mark.parametrize("query", ["since=soon", "chain=migration:none", "until=9999-12-31"])
def test_a_filter_that_is_not_understood_shows_nothing_and_says_so(reader: Client, trail: None, query: str):
    answer = reader.get(f"/audit/?{query}")
    assert (answer.status_code, answer.context["entries"]) == (422, [])
    assert 'role="alert"' in answer.text
    assert reader.get(f"/audit/trail.csv?{query}").status_code == 422


def test_older_entries_are_a_click_away_and_none_is_shown_twice(reader: Client, ada: User):
    for n in range(PAGE + 3):
        services.record(ada, "user.renamed", ada, chain=INSTALLATION, sentence=f"took name {n}")
    first = reader.get("/audit/?who=ada")
    second = reader.get(f"/audit/?{first.context['further']}")
    shown = [entry.pk for page in (first, second) for entry in page.context["entries"]]
    assert shown == list(Entry.objects.values_list("pk", flat=True))
    assert second.context["further"] == ""
    assert reader.get("/audit/?before=99999999999999999999").status_code == 200


def test_no_cell_of_the_csv_is_a_formula(reader: Client, trail: None):
    rows = list(csv.DictReader(io.StringIO(taken(reader, "/audit/trail.csv"))))
    assert [row["sentence"] for row in rows][-1] == f"'{HOSTILE}"
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_json_lines_verify_without_the_tracker(reader: Client, trail: None):
    lines = [json.loads(line) for line in taken(reader, "/audit/trail.jsonl?chain=migration:a").splitlines()]
    chain = {"key": "migration:a", "entries": 2, "head": lines[-1]["digest"]}
    assert list(offline.check_chain(lines, chain, "")) == []
    lines[0]["sentence"] = "ticked all"
    assert "entry 1 was altered" in next(offline.check_chain(lines, chain, ""))


def test_verifying_in_the_page_says_what_the_command_says(reader: Client, trail: None):
    assert "each as it was written" in reader.post("/audit/verify").text
    with connection.cursor() as cursor:
        on_table = "" if connection.vendor == "sqlite" else " ON audit_entry"
        cursor.execute(f"DROP TRIGGER entries_are_not_altered{on_table}")
        cursor.execute("UPDATE audit_entry SET sentence = 'x' WHERE chain_id = 'migration:b'")
    assert "entry 1 was altered" in reader.post("/audit/verify").text
    assert "is untouched" in reader.post("/audit/verify", {"chain": "migration:a"}).text
    assert reader.post("/audit/verify", {"chain": "migration:none"}).status_code == 404
    assert reader.get("/audit/verify").status_code == 405


def test_a_hostile_name_is_shown_as_text(reader: Client, ada: User):
    services.record(
        ada, "item.ticked", ada, chain="migration:a", sentence="ticked <img src=x onerror=alert(1)>"
    )
    page = reader.get("/audit/").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
