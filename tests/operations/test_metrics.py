"""What Prometheus is told, and who may ask."""

import json
import os
import re
import subprocess
import sys
import urllib.request

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from migration_tracker.dashboard import standings
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.jobs import State
from migration_tracker.smoke.models import SmokeRun
from tests.conftest import ROOT

MONITORING = ROOT / "deploy" / "monitoring"
NAME = re.compile(r"\btracker_[a-z_]+\b")


@pytest.fixture
def token(settings) -> dict[str, str]:
    settings.METRICS_TOKEN = "let-me-in"
    return {"Authorization": "Bearer let-me-in"}


def samples(client: Client, headers: dict[str, str]) -> dict[str, list]:
    """Every sample by its full name."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.content
    told: dict[str, list] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            told.setdefault(sample.name, []).append(sample)
    return told


def value(told: dict[str, list], name: str, **labels: str) -> float:
    (found,) = [one for one in told[name] if labels.items() <= one.labels.items()]
    return found.value


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "10.1.2.3", 200),
        ({}, "10.2.2.3", 403),
        ({}, "", 403),
        ({"X-Forwarded-For": "10.1.2.3"}, "10.1.2.3", 403),
        ({"Authorization": "Bearer let-me-in"}, "192.0.2.1", 200),
        ({"Authorization": "Bearer let-me-in", "X-Forwarded-For": "192.0.2.1"}, "10.2.2.3", 200),
        ({"Authorization": "Bearer guess"}, "10.1.2.3", 403),
        ({"Authorization": "Basic let-me-in"}, "192.0.2.1", 403),
    ],
)
@pytest.mark.django_db
def test_the_metrics_are_for_the_token_and_the_addresses_that_were_named(
    client, settings, token, headers, address, status
):
    from ipaddress import ip_network

    settings.METRICS_ALLOWED_ADDRESSES = [ip_network("10.1.0.0/16")]
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == status


def test_by_default_nobody_may_read_them(client):
    answer = client.get("/metrics", headers={"Authorization": "Bearer "})
    assert answer.status_code == 403
    assert b"METRICS_TOKEN" in answer.content


def test_jobs_scans_smoke_runs_and_workers_are_counted(client, token, scanned):
    scanned()
    migration = Migration.objects.get()
    worker = Worker.objects.filter(migration=migration).first()
    common = {"worker": worker, "commit": "c", "fingerprint": "f"}
    SmokeRun.objects.create(**common, transport="kafka")
    SmokeRun.objects.create(**common, transport="kafka", state=State.DONE, result="passed", seconds=2.5)
    SmokeRun.objects.create(**common, transport="kafka", state=State.DONE, result="passed", seconds=1.5)

    told = samples(client, token)

    assert value(told, "tracker_database_up") == 1
    assert value(told, "tracker_jobs", task="smoke.run", state="queued") == 1
    assert value(told, "tracker_jobs_oldest_seconds", task="smoke.run", state="queued") > 0
    assert value(told, "tracker_jobs", task="inventory.scan", state="running") == 0
    ended = {"migration": migration.key, "transport": "kafka", "result": "passed"}
    assert value(told, "tracker_smoke_runs_total", **ended) == 2
    assert value(told, "tracker_smoke_run_seconds_sum", **ended) == 4
    assert value(told, "tracker_workers", migration=migration.key, status="direct") == 1
    assert value(told, "tracker_workers", migration=migration.key, status="migrated") == 1
    assert value(told, "tracker_workers_proven", migration=migration.key) == 0
    assert value(told, "tracker_scan_seconds", migration=migration.key) > 0
    assert value(told, "tracker_scan_failed", migration=migration.key) == 0
    assert value(told, "tracker_smoke_flaky", migration=migration.key) == 0


def test_more_migrations_and_runs_need_no_more_queries_and_runs_are_counted_once_a_minute(
    client, token, scanned, tmp_path
):
    scanned()
    first = Migration.objects.get()
    common = {"worker": Worker.objects.first(), "commit": "c", "fingerprint": "f", "state": State.DONE}
    SmokeRun.objects.create(**common, transport="kafka", result="passed", seconds=1.0)

    def asked() -> tuple[int, dict[str, list]]:
        with CaptureQueriesContext(connection) as queries:
            told = samples(client, token)
        return len(queries), told

    few, _ = asked()
    for number in range(5):
        other = Migration.objects.create(key=f"other-{number}", name="Other", location=f"{tmp_path}/{number}")
        scan = first.scans.first()
        scan.pk, scan.migration = None, other
        scan.save()
        standings.refresh(other)
        SmokeRun.objects.create(**common, transport="kafka", result="passed", seconds=1.0)
    again, told = asked()
    assert len(told["tracker_workers_proven"]) == 6
    assert value(told, "tracker_smoke_runs_total", migration=first.key) == 1  # as it was at first
    assert again == few - 1
    cache.clear()
    recounted, told = asked()
    assert recounted == few
    assert value(told, "tracker_smoke_runs_total", migration=first.key) == 6


@pytest.mark.django_db
def test_requests_are_counted_by_route_and_nobody_makes_up_new_names(client, token):
    before = samples(client, token)
    client.get("/m/one/")
    client.get("/m/two/")
    client.get("/made/up")
    after = samples(client, token)

    def count(told: dict[str, list], view: str) -> float:
        return sum(
            one.value for one in told.get("tracker_http_requests_total", []) if one.labels["view"] == view
        )

    assert count(after, "m/<slug:key>/") - count(before, "m/<slug:key>/") == 2
    assert count(after, "none") - count(before, "none") == 1
    assert not [one for one in after["tracker_http_requests_total"] if "made" in one.labels["view"]]


def test_without_the_database_it_says_so_and_still_counts_requests(
    client, token, tmp_path, django_db_blocker
):
    with django_db_blocker.unblock():
        connection.close()
        name, connection.settings_dict["NAME"] = (
            connection.settings_dict["NAME"],
            "/no/where",
        )
        try:
            client.get("/made/up")
            told = samples(client, token)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = name
    assert value(told, "tracker_database_up") == 0
    assert "tracker_jobs" not in told
    assert told["tracker_http_requests_total"]


@pytest.mark.parametrize("file", ["alerts.yml", "dashboard.json"])
def test_each_metric_that_rules_and_dashboard_ask_for_is_told(client, token, scanned, file):
    scanned()
    common = {"worker": Worker.objects.first(), "commit": "c", "fingerprint": "f"}
    SmokeRun.objects.create(**common, transport="kafka", state=State.DONE, result="passed", seconds=2.5)
    client.get("/")
    asked = set(NAME.findall((MONITORING / file).read_text()))
    assert len(asked) > 5
    assert asked - set(samples(client, token)) == set()


def test_the_dashboards_panels_have_numbers_places_and_queries_of_their_own():
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        area = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not area & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= area
        assert all(target["expr"] for target in panel["targets"])


SERVED = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "migration_tracker.settings"
from gunicorn.app.wsgiapp import run
sys.argv = ["gunicorn", "migration_tracker.wsgi", "--config", "python:migration_tracker.gunicorn",
            "--workers", "2", "--bind", "127.0.0.1:" + sys.argv[1], "--log-level", "error"]
run()
"""


def test_web_processes_of_one_host_count_together(tmp_path, unused_tcp_port):
    address = f"http://127.0.0.1:{unused_tcp_port}"
    environment = {
        **os.environ,
        "TRACKER_DATA_DIR": str(tmp_path / "data"),
        "METRICS_TOKEN": "let-me-in",
        "TMPDIR": str(tmp_path),
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    with subprocess.Popen([sys.executable, "-c", SERVED, str(unused_tcp_port)], env=environment) as running:
        try:
            assert get(f"{address}/healthz", patient=True) == b'{"alive": true}'
            for _ in range(40):
                get(f"{address}/api/v1/openapi.json", patient=False)
            request = urllib.request.Request(
                f"{address}/metrics", headers={"Authorization": "Bearer let-me-in"}
            )
            with urllib.request.urlopen(request, timeout=20) as answer:
                text = answer.read().decode()
            assert not [*tmp_path.glob("**/gunicorn.ctl")]  # two trackers of one user would share it
        finally:
            running.terminate()
    assert 'tracker_http_requests_total{method="GET",status="200",view="api/v1/openapi.json"} 40.0' in text
    assert not list(tmp_path.glob("tracker-metrics-*"))


def get(address: str, *, patient: bool) -> bytes:
    import time

    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                return answer.read()
        except OSError:
            assert patient
            assert time.monotonic() < deadline
            time.sleep(0.05)
