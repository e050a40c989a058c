"""Role × action: every address of the tracker is in the table, and each cell of it is tried."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from migration_tracker.accounts import roles, tokens
from migration_tracker.accounts.models import Scope, User
from migration_tracker.accounts.roles import ROLES
from migration_tracker.inventory.models import Migration

pytestmark = pytest.mark.django_db

OPEN, SIGNED_IN = "everybody", "whoever is signed in"
BY_ITS_TOKEN = "whoever has METRICS_TOKEN"  # tests/operations/test_metrics.py

# By method and route: which action it takes, or who else may.
TABLE = {
    ("get", "healthz"): OPEN,
    ("get", "readyz"): OPEN,
    ("get", "metrics"): BY_ITS_TOKEN,
    ("get", "sign-in/"): OPEN,
    ("post", "sign-out/"): SIGNED_IN,
    ("get", "tokens/"): SIGNED_IN,
    ("post", "tokens/"): SIGNED_IN,
    ("post", "tokens/<int:pk>/revoke"): SIGNED_IN,
    ("get", "audit/"): SIGNED_IN,
    ("post", "audit/verify"): SIGNED_IN,
    ("get", "^audit/trail\\.(?P<form>csv|jsonl)$"): SIGNED_IN,
    ("post", "m/<slug:key>/scan"): roles.SCAN,
    ("post", "m/<slug:key>/w/<path:name>/assign"): roles.ASSIGN,
    ("post", "m/<slug:key>/w/<path:name>/items/<slug:item>/tick"): roles.TICK,
    ("get", "m/<slug:key>/w/<path:name>/items/<slug:item>/waiver"): roles.WAIVE,
    ("post", "m/<slug:key>/w/<path:name>/items/<slug:item>/waiver"): roles.WAIVE,
    ("get", "m/<slug:key>/waivers"): SIGNED_IN,
    ("get", "m/<slug:key>/scope"): SIGNED_IN,
    ("post", "m/<slug:key>/scope/<int:pk>/decide"): roles.AGREE,
    ("post", "waivers/<int:pk>/decide"): roles.DECIDE,
    ("post", "waivers/<int:pk>/withdraw"): roles.WAIVE,
    ("post", "m/<slug:key>/smoke"): roles.SMOKE,
    ("post", "m/<slug:key>/w/<path:name>/smoke"): roles.SMOKE,
    ("get", "m/<slug:key>/schedules"): SIGNED_IN,
    ("post", "m/<slug:key>/schedules"): roles.SCHEDULE,
    ("post", "schedules/<int:pk>/"): roles.SCHEDULE,
    ("post", "schedules/<int:pk>/remove"): roles.SCHEDULE,
    ("get", "smoke/<int:pk>/"): SIGNED_IN,
    ("post", "smoke/<int:pk>/cancel"): roles.SMOKE,
    ("post", "m/<slug:key>/w/<path:name>/patch"): roles.PATCH,
    ("get", "patches/<int:pk>/"): SIGNED_IN,
    ("post", "patches/<int:pk>/cancel"): roles.PATCH,
    ("get", "patches/<int:pk>/mail"): SIGNED_IN,
    ("post", "patches/<int:pk>/remote"): roles.REMOTE,
    ("post", "patches/<int:pk>/push"): roles.PATCH,
    ("get", "m/<slug:key>/evidence.zip"): SIGNED_IN,
    ("get", ""): SIGNED_IN,
    ("get", "m/<slug:key>/"): SIGNED_IN,
    ("get", "m/<slug:key>/w/<path:name>/"): SIGNED_IN,
    ("get", "api/v1/migrations/<slug:key>/badge.svg"): SIGNED_IN,
    ("get", "api/v1/openapi.json"): OPEN,
    ("get", "api/v1/"): OPEN,
    ("get", "api/v1/migrations"): SIGNED_IN,
    ("get", "api/v1/migrations/<slug:key>"): SIGNED_IN,
    ("get", "api/v1/migrations/<slug:key>/workers"): SIGNED_IN,
    ("get", "api/v1/migrations/<slug:key>/runs"): SIGNED_IN,
    ("get", "api/v1/migrations/<slug:key>/waivers"): SIGNED_IN,
    ("get", "api/v1/migrations/<slug:key>/scope"): SIGNED_IN,
    ("get", "api/v1/migrations/<slug:key>/audit"): SIGNED_IN,
    ("post", "api/v1/migrations/<slug:key>/gate"): SIGNED_IN,
    ("post", "api/v1/migrations/<slug:key>/scans"): roles.SCAN,
    ("post", "api/v1/migrations/<slug:key>/smoke"): roles.SMOKE,
    ("post", "api/v1/migrations/<slug:key>/reports"): roles.REPORT,
}
BODIES = {
    "smoke": {},
    "reports": {
        "version": 1,
        "commit": "a" * 40,
        "runs": [{"worker": "w", "transport": "kafka", "result": "error", "broker": ""}],
    },
    "gate": {"version": 1, "commit": None, "workers": []},
}
ARGUMENTS = {
    "<slug:key>": "m",
    "<path:name>": "a/b",
    "<slug:item>": "i",
    "<int:pk>": "999",
    "^audit/trail\\.(?P<form>csv|jsonl)$": "audit/trail.csv",
}


def routes(patterns: list, before: str = "") -> Iterator[str]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        else:
            assert isinstance(one, URLPattern)
            yield route


def address(route: str) -> str:
    for argument, value in ARGUMENTS.items():
        route = route.replace(argument, value)
    return f"/{route}"


def test_every_address_is_in_the_table():
    assert sorted({route for _, route in TABLE}) == sorted(set(routes(get_resolver().url_patterns)))


@pytest.mark.parametrize("role", ["nobody", "", *ROLES])
def test_each_cell_of_the_table_holds(role: str, person: Callable[..., User], client: Client):
    Migration.objects.create(key="m", name="M", location="/nowhere")
    secret = ""
    if role != "nobody":
        user = person("sam", role)
        _, secret = tokens.make(user, name="all", scopes=Scope.values, days=1)
    for (method, route), action in TABLE.items():
        client.logout()
        by_token = route.startswith("api/") and not route.endswith(".svg")
        if role != "nobody" and not by_token:
            client.force_login(user)
        headers = {"Authorization": f"Bearer {secret}"} if by_token and secret else {}
        body = BODIES.get(route.rpartition("/")[2]) if by_token else None
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = getattr(client, method)(address(route), headers=headers, **more)
        if answer.streaming:
            answer.getvalue()  # which closes the file behind it
        status = answer.status_code
        assert status < 500, (method, route)
        if action == BY_ITS_TOKEN:
            assert status == 403, (role, method, route)
            continue
        if role == "nobody":
            refused = status == 401 if route.startswith("api/") else status == 302
            assert refused == (action != OPEN), (method, route, status)
        else:
            may = action in (OPEN, SIGNED_IN) or action in ROLES.get(role, ())
            assert (status == 403) == (not may), (role, method, route, status)
            assert status not in (401, 405), (role, method, route, status)
