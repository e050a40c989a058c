"""Role × action: every address of the tracker is in the table, and each cell of it is tried."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from migration_tracker.accounts import roles, tokens
from migration_tracker.accounts.models import Membership, Scope, User
from migration_tracker.accounts.roles import ROLES
from migration_tracker.audit import services as audit
from migration_tracker.checklists.models import Waiver, today
from migration_tracker.closing.models import Closing
from migration_tracker.inventory.models import Migration, Scan, Worker
from migration_tracker.jobs import State
from migration_tracker.notifications.models import Channel
from migration_tracker.patches.models import Patch
from migration_tracker.scope.models import ScopeChange
from migration_tracker.smoke import schedules
from migration_tracker.smoke.models import SmokeRun

pytestmark = pytest.mark.django_db

OPEN, SIGNED_IN = "everybody", "whoever is signed in"
# test_oidc.py and test_way_in.py here, tests/operations/test_metrics.py, tests/inventory/test_adding.py
BY_ITS_TOKEN = "whoever has a secret"

# By method and route: which action it takes, or who else may.
TABLE = {
    ("get", "healthz"): OPEN,
    ("get", "readyz"): OPEN,
    ("get", "metrics"): BY_ITS_TOKEN,
    ("get", "sign-in/"): OPEN,
    ("get", "sign-in/oidc/"): BY_ITS_TOKEN,
    ("get", "sign-in/oidc/back"): BY_ITS_TOKEN,
    ("get", "sign-out/oidc/"): BY_ITS_TOKEN,
    ("get", "sign-in/link/<str:token>"): BY_ITS_TOKEN,
    ("post", "sign-in/link/<str:token>"): BY_ITS_TOKEN,
    ("post", "sign-out/"): SIGNED_IN,
    ("get", "tokens/"): SIGNED_IN,
    ("post", "tokens/"): SIGNED_IN,
    ("post", "tokens/<int:pk>/revoke"): SIGNED_IN,
    ("get", "audit/"): SIGNED_IN,
    ("post", "audit/verify"): SIGNED_IN,
    ("get", "^audit/trail\\.(?P<form>csv|jsonl)$"): SIGNED_IN,
    ("get", "code/"): roles.CODE,
    ("post", "code/"): roles.CODE,
    ("get", "add/"): roles.ADD,
    ("post", "add/"): roles.ADD,
    ("post", "hooks/<slug:key>"): BY_ITS_TOKEN,
    ("get", "people/"): roles.PEOPLE,
    ("post", "people/"): roles.PEOPLE,
    ("get", "m/<slug:key>/people"): roles.READ,
    ("post", "m/<slug:key>/people/give"): roles.ROLE,
    ("get", "m/<slug:key>/closing"): roles.READ,
    ("post", "m/<slug:key>/closing/close"): roles.CLOSE,
    ("post", "m/<slug:key>/closing/reopen"): roles.REOPEN,
    ("get", "m/<slug:key>/closing/<int:pk>.zip"): roles.READ,
    ("post", "m/<slug:key>/scan"): roles.SCAN,
    ("post", "m/<slug:key>/w/<path:name>/assign"): roles.ASSIGN,
    ("post", "m/<slug:key>/w/<path:name>/items/<slug:item>/tick"): roles.TICK,
    ("get", "m/<slug:key>/w/<path:name>/items/<slug:item>/waiver"): roles.WAIVE,
    ("post", "m/<slug:key>/w/<path:name>/items/<slug:item>/waiver"): roles.WAIVE,
    ("get", "m/<slug:key>/phases/<str:phase>/items/<slug:item>/waiver"): roles.WAIVE,
    ("post", "m/<slug:key>/phases/<str:phase>/items/<slug:item>/waiver"): roles.WAIVE,
    ("get", "m/<slug:key>/waivers"): roles.READ,
    ("get", "m/<slug:key>/scope"): roles.READ,
    ("post", "m/<slug:key>/scope/<int:pk>/decide"): roles.AGREE,
    ("post", "waivers/<int:pk>/decide"): roles.DECIDE,
    ("post", "waivers/<int:pk>/withdraw"): roles.WAIVE,
    ("post", "m/<slug:key>/smoke"): roles.SMOKE,
    ("post", "m/<slug:key>/smoke/failed"): roles.SMOKE,
    ("post", "m/<slug:key>/smoke/cancel"): roles.SMOKE,
    ("post", "m/<slug:key>/w/<path:name>/smoke"): roles.SMOKE,
    ("get", "m/<slug:key>/schedules"): roles.READ,
    ("post", "m/<slug:key>/schedules"): roles.SCHEDULE,
    ("post", "schedules/<int:pk>/"): roles.SCHEDULE,
    ("post", "schedules/<int:pk>/remove"): roles.SCHEDULE,
    ("get", "m/<slug:key>/notifications"): roles.NOTIFY,
    ("post", "m/<slug:key>/notifications"): roles.NOTIFY,
    ("post", "channels/<int:pk>/change"): roles.NOTIFY,
    ("post", "channels/<int:pk>/test"): roles.NOTIFY,
    ("post", "channels/<int:pk>/remove"): roles.NOTIFY,
    ("get", "smoke/<int:pk>/"): roles.READ,
    ("post", "smoke/<int:pk>/cancel"): roles.SMOKE,
    ("post", "m/<slug:key>/w/<path:name>/patch"): roles.PATCH,
    ("get", "patches/<int:pk>/"): roles.READ,
    ("post", "patches/<int:pk>/cancel"): roles.PATCH,
    ("get", "patches/<int:pk>/mail"): roles.READ,
    ("post", "patches/<int:pk>/remote"): roles.REMOTE,
    ("post", "patches/<int:pk>/push"): roles.PATCH,
    ("get", "m/<slug:key>/evidence.zip"): roles.READ,
    ("get", ""): SIGNED_IN,
    ("get", "m/<slug:key>/"): roles.READ,
    ("get", "m/<slug:key>/w/<path:name>/"): roles.READ,
    ("get", "api/v1/migrations/<slug:key>/badge.svg"): roles.READ,
    ("get", "api/v1/openapi.json"): OPEN,
    ("get", "api/v1/"): OPEN,
    ("get", "api/v1/migrations"): SIGNED_IN,
    ("get", "api/v1/migrations/<slug:key>"): roles.READ,
    ("get", "api/v1/migrations/<slug:key>/workers"): roles.READ,
    ("get", "api/v1/migrations/<slug:key>/runs"): roles.READ,
    ("get", "api/v1/migrations/<slug:key>/waivers"): roles.READ,
    ("get", "api/v1/migrations/<slug:key>/phases"): roles.READ,
    ("get", "api/v1/migrations/<slug:key>/criteria"): roles.READ,
    ("get", "api/v1/migrations/<slug:key>/history"): roles.READ,
    ("get", "api/v1/migrations/<slug:key>/people"): roles.READ,
    ("get", "api/v1/migrations/<slug:key>/scope"): roles.READ,
    ("get", "api/v1/migrations/<slug:key>/audit"): roles.READ,
    ("post", "api/v1/migrations/<slug:key>/gate"): roles.READ,
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
DEFINITION = """
name = "M"
[legacy]
symbols = ["old.Client"]
[replacement]
symbols = ["new.client"]
[workers]
include = ["**/*.py"]
"""
ARGUMENTS = {
    "<str:token>": "t",
    "<slug:key>": "m",
    "<path:name>": "a/b",
    "<slug:item>": "i",
    "<str:phase>": "p",
}
TAKE = "^audit/trail\\.(?P<form>csv|jsonl)$"


def routes(patterns: list, before: str = "") -> Iterator[str]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        else:
            assert isinstance(one, URLPattern)
            yield route


def test_every_address_is_in_the_table():
    assert sorted({route for _, route in TABLE}) == sorted(set(routes(get_resolver().url_patterns)))


@pytest.fixture
def things(person: Callable[..., User]) -> dict[str, int]:
    """One of everything that addresses name by a number, all of the migration m: number by first part."""
    migration = Migration.objects.create(key="m", name="M", location="/nowhere")
    scan = Scan.objects.create(
        migration=migration, state=State.DONE, commit="a" * 40, definition_text=DEFINITION
    )
    worker = Worker.objects.create(migration=migration, name="a/b", domain="a")
    of = {"worker": worker, "commit": "a" * 40, "fingerprint": "f"}
    asked_by = person("ask")
    waiver = Waiver.objects.create(worker=worker, item="i", reason="r", until=today(), asked_by=asked_by)
    change = ScopeChange.objects.create(migration=migration, before=scan, after=scan, narrowings=[])
    (Path(settings.DATA_DIR) / "frozen.zip").write_bytes(b"")
    Closing.objects.create(pk=change.pk, migration=migration, by=asked_by, bundle="frozen.zip")
    return {
        "waivers": waiver.pk,
        "m": change.pk,
        "smoke": SmokeRun.objects.create(transport="kafka", state=State.DONE, result="passed", **of).pk,
        "patches": Patch.objects.create(state=State.DONE, outcome="empty", **of).pk,
        "schedules": schedules.add(migration, cron="0 2 * * *", zone="UTC", transports=["kafka"], by=None).pk,
        "channels": Channel.objects.create(migration=migration, kind="leads", set_by=asked_by).pk,
        "tokens": 999,
    }


def address(route: str, things: dict[str, int]) -> str:
    for argument, value in ARGUMENTS.items():
        route = route.replace(argument, value)
    if "<int:pk>" in route:
        route = route.replace("<int:pk>", str(things[route.partition("/")[0]]))
    return f"/{route.replace(TAKE, 'audit/trail.csv')}"


class Asker:
    """Tries addresses of the table, as somebody or as nobody."""

    def __init__(self, client: Client, things: dict[str, int], user: User | None, secret: str = "") -> None:
        self.client, self.things, self.user, self.secret = client, things, user, secret

    def status(self, method: str, route: str) -> int:
        self.client.logout()
        by_token = route.startswith("api/") and not route.endswith(".svg")
        if self.user and not by_token:
            self.client.force_login(self.user)
        headers = {"Authorization": f"Bearer {self.secret}"} if by_token and self.secret else {}
        body = BODIES.get(route.rpartition("/")[2]) if by_token else None
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = getattr(self.client, method)(address(route, self.things), headers=headers, **more)
        if answer.streaming:
            answer.getvalue()  # which closes the file behind it
        assert answer.status_code < 500, (method, route)
        return answer.status_code


def test_whoever_is_not_signed_in_gets_nowhere(things: dict[str, int], client: Client):
    nobody = Asker(client, things, None)
    for (method, route), action in TABLE.items():
        status = nobody.status(method, route)
        closed = 403 if action == BY_ITS_TOKEN else 401 if route.startswith("api/") else 302
        refused = status == closed
        assert refused == (action != OPEN), (method, route, status)


@pytest.mark.parametrize(
    ("role", "where"),
    [*((role, where) for role in ROLES for where in ("everywhere", "m")), ("administrator", "elsewhere")],
)
def test_each_cell_of_the_table_holds(
    role: str, where: str, things: dict[str, int], person: Callable[..., User], client: Client
):
    user = person("sam", role if where == "everywhere" else "")
    if where != "everywhere":
        Membership.objects.create(user=user, migration=where, role=role)
    _, secret = tokens.make(user, name="all", scopes=Scope.values, days=1)
    sam = Asker(client, things, user, secret)
    for (method, route), action in TABLE.items():
        status = sam.status(method, route)
        of_a_migration = "<" in route and "token" not in route and route != TAKE
        counts = where == "everywhere" or (where == "m" and of_a_migration)
        at = (role, where, method, route, status)
        if action in (OPEN, SIGNED_IN) or (counts and action in ROLES[role]):
            assert status not in (401, 403, 405), at
            assert status != 404 or "tokens" in route or route == "api/v1/", at
        elif counts or not of_a_migration or action == BY_ITS_TOKEN:
            assert status == 403, at
        else:
            assert status == 404, at  # that there is such a migration is not said either


def test_a_token_for_another_migration_finds_nothing(
    things: dict[str, int], person: Callable[..., User], client: Client
):
    user = person("sam", "administrator")
    Migration.objects.create(key="other", name="Other", location="/elsewhere")
    _, secret = tokens.make(user, name="t", scopes=Scope.values, days=1, migrations=["other"])
    sam = Asker(client, things, user, secret)
    for method, route in TABLE:
        if route.startswith("api/v1/migrations/") and not route.endswith(".svg"):
            assert sam.status(method, route) == 404, route
    headers = {"Authorization": f"Bearer {secret}"}
    client.logout()
    assert client.get("/api/v1/migrations/m/badge.svg", headers=headers).status_code == 401
    assert client.get("/api/v1/migrations/other", headers=headers).status_code == 200
    [only] = client.get("/api/v1/migrations", headers=headers).json()
    assert only["key"] == "other"


def test_whoever_sees_one_migration_sees_its_name_and_its_chain_only(
    person: Callable[..., User], client: Client
):
    user = person("sam")
    for key in ("mine", "theirs"):
        made = Migration.objects.create(key=key, name=f"The name of {key}", location=f"/{key}")
        audit.record(None, "scan.finished", made, chain=made.chain, sentence=f"did something to {key}")
    Membership.objects.create(user=user, migration="mine", role="viewer")
    client.force_login(user)
    for page in ("/", "/audit/", "/people/", "/tokens/", "/audit/trail.csv"):
        answer = client.get(page)
        text = answer.getvalue().decode() if answer.streaming else answer.text
        assert "theirs" not in text, page
    assert "The name of mine" in client.get("/").text
    assert "did something to mine" in client.get("/audit/").text
    assert "did something" not in client.get("/audit/?chain=migration:theirs").text
    assert client.post("/audit/verify", {"chain": "migration:theirs"}).status_code == 404
    assert "theirs" not in client.post("/audit/verify").text
