"""Every page, form and API field is tried with what means harm; new ones are by themselves."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from migration_tracker.accounts import tokens
from migration_tracker.accounts.models import Scope, User
from migration_tracker.inventory.models import Migration
from tests.accounts.test_permissions import BODIES, BY_ITS_TOKEN, OPEN, TABLE, address
from tests.accounts.test_permissions import things as things
from tests.security.pages import addresses, forms, read

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert('canary')</script>"
ATTRIBUTE = "\"' onfocus=alert('canary') autofocus x=<img src=x onerror=alert('canary')>"
PAYLOADS = {
    "a script": SCRIPT,
    "an attribute": ATTRIBUTE,
    "SQL": "' OR 1=1; DROP TABLE inventory_migration; --",
    "a template": "{{ settings.SECRET_KEY }}{% debug %}",
    "a null byte": "a\0b",
    "half a character": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "a turned text": "\u202eexe.\u2066",
    "huge": "x" * 50_000,
    "a huge number": "9" * 40,
    "a negative number": "-1",
    "a path": "../../../../etc/passwd",
    "a scheme": "javascript:alert('canary')",
    "a formula": "=cmd|'/C calc'!A0",
}
TYPED = {
    "name", "note", "reason", "owner", "issue", "url", "location", "due", "until", "cron", "zone", "address",
}  # fmt: skip
QUESTIONS = {
    "q", "page", "sort", "domain", "phase", "status", "owner", "result", "broker", "chain", "at", "next",
    "actor", "action", "since", "until",
}  # fmt: skip


@pytest.fixture
def eve(person: Callable[..., User]) -> User:
    """May do everything."""
    return person("eve", "administrator")


@pytest.fixture
def signed_in(eve: User, client: Client) -> Client:
    client.force_login(eve)
    client.raise_request_exception = False
    return client


def test_every_unsafe_address_refuses_a_form_without_its_token(things: dict[str, int], eve: User):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(eve)
    tried = 0
    for (method, route), action in TABLE.items():
        if method == "post" and not route.startswith("api/") and action not in (OPEN, BY_ITS_TOKEN):
            answer = strict.post(address(route, things))
            assert (answer.status_code, route) == (403, route)
            tried += 1
    assert tried > 15
    assert strict.post("/sign-in/", {"username": "eve", "password": "eve"}).status_code == 403


def test_the_api_takes_no_session_so_that_no_other_site_can_use_it(things: dict[str, int], signed_in: Client):
    for method, route in TABLE:
        if method == "post" and route.startswith("api/"):
            answer = signed_in.post(address(route, things), data={}, content_type="application/json")
            assert (answer.status_code, route) == (401, route)


def test_no_page_changes_anything_by_being_read(things: dict[str, int], signed_in: Client):
    for where in addresses(things, "post"):
        if where not in addresses(things, "get"):
            assert (signed_in.get(where).status_code, where) == (405, where)


def test_the_policy_of_every_answer_allows_no_inline_script_and_no_page_needs_one(
    things: dict[str, int], signed_in: Client
):
    others = ["/no-such-page", "/m/no-such-migration/", "/sign-out/", "/tokens/999/revoke"]
    for page in read(signed_in, things, *others):
        where, answer = page.where, page.answer
        assert page.forbidden == []
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy, where
        assert "unsafe" not in policy, where
        assert answer["X-Content-Type-Options"] == "nosniff", where
        assert answer["X-Frame-Options"] == "DENY", where


@pytest.mark.parametrize(
    "payloads",
    [
        pytest.param([SCRIPT, "a\0b", "9" * 40], id="some"),
        pytest.param(list(PAYLOADS.values()), id="all", marks=pytest.mark.long),
    ],
)
def test_every_form_bears_it_and_every_page_after_it_shows_it_as_text(
    payloads: list[str], things: dict[str, int], signed_in: Client
):
    found = [form for form in forms(signed_in, things) if form.action != "/sign-out/"]
    assert len(found) > 10
    for text in payloads:
        for form in found:
            # What takes one of a few is left as it is, so that what is typed gets to where it is kept.
            data = {name: text if not said or name in TYPED else said for name, said in form.sent.items()}
            answer = getattr(signed_in, form.method)(form.action, data)
            assert answer.status_code < 500, (form, text[:80])
            if answer.streaming:
                answer.getvalue()
            else:
                assert SCRIPT not in answer.text, form
    assert [shown for page in read(signed_in, things) for shown in page.forbidden] == []
    assert Migration.objects.filter(key="m").exists()


def test_every_address_bears_it_in_its_place_and_in_its_question(things: dict[str, int], signed_in: Client):
    for text in (SCRIPT, "a\0b", "9" * 40):
        for method, route in TABLE:
            if route.startswith("api/"):
                continue
            for argument in ("<slug:key>", "<path:name>", "<slug:item>", "<int:pk>"):
                if argument in route:
                    answer = getattr(signed_in, method)(address(route.replace(argument, text), things))
                    assert answer.status_code < 500, (method, route, argument, text[:40])
            if method == "get":
                answer = signed_in.get(address(route, things), dict.fromkeys(QUESTIONS, text))
                assert answer.status_code < 500, (route, "query", text[:40])
                if answer.streaming:
                    answer.getvalue()
                else:
                    assert SCRIPT not in answer.text, route


def leaves(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value of a JSON document, containers included."""
    yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from leaves(one, (*way, key))


def replaced(value: Any, way: tuple[Any, ...], by: Any) -> Any:
    if not way:
        return by
    copy = json.loads(json.dumps(value))
    place = copy
    for key in way[:-1]:
        place = place[key]
    place[way[-1]] = by
    return copy


def test_every_field_of_the_api_bears_it(things: dict[str, int], eve: User, client: Client):
    client.raise_request_exception = False
    cache.clear()
    _, secret = tokens.make(eve, name="t", scopes=Scope.values, days=1)
    headers = {"Authorization": f"Bearer {secret}"}
    odd = [SCRIPT, "a\0b", "x" * 50_000, None, [], {}, -1, 10**30, 1.5, True, [[[[]]]], {"a": {"b": []}}]
    tried = 0
    for method, route in TABLE:
        if not route.startswith("api/") or route.endswith(".svg"):
            continue
        body = BODIES.get(route.rpartition("/")[2], {})
        if method == "post":
            for way in leaves(body):
                for by in odd:
                    more = {"data": json.dumps(replaced(body, way, by)), "content_type": "application/json"}
                    answer = client.post(address(route, things), headers=headers, **more)
                    assert answer.status_code < 500, (route, way, by)
                    tried += 1
        for by in ("a\0b", SCRIPT, "9" * 40, "-1"):
            answer = getattr(client, method)(
                address(route.replace("<slug:key>", by[:2000]), things),
                {"before": by, "worker": by, "limit": by} if method == "get" else None,
                headers=headers,
            )  # fmt: skip
            assert answer.status_code < 500, (route, by[:80])
            tried += 1
    assert tried > 150
    for raw in ("", "{", "[" * 10_000, '{"a":', "\0", "NaN", '"\ud800"'.encode("utf-8", "surrogatepass")):
        answer = client.post(
            "/api/v1/migrations/m/gate", data=raw, content_type="application/json", headers=headers
        )
        assert 400 <= answer.status_code < 500, raw[:20]


@pytest.mark.parametrize("secret", ["", "mt_", "mt_' OR 1=1 --", "\0", "x" * 100_000, "é"])
def test_no_odd_token_gets_anywhere(secret: str, client: Client):
    answer = client.get("/api/v1/migrations", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "leads",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        " https://evil.example/",
        "/\tevil.example",
        "http://testserver@evil.example/",
        "http://testserver.evil.example/",
    ],
)
def test_signing_in_and_forms_lead_nowhere_else(
    leads: str, things: dict[str, int], eve: User, client: Client
):
    answer = client.post(f"/sign-in/?next={leads}", {"username": "eve", "password": "eve", "next": leads})
    assert answer.status_code == 302
    assert "evil" not in answer["Location"].split("?")[0].split("/")[:3]
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith(("//", "/\\"))
    for where in addresses(things, "post") if leads.startswith("https://") else ():
        if where in ("/sign-out/", "/sign-in/"):
            continue
        answer = client.post(where, {"next": leads}, headers={"Referer": leads, "HX-Current-URL": leads})
        for header in ("Location", "HX-Redirect", "HX-Location"):
            assert "evil" not in answer.get(header, ""), where
