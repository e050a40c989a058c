"""Signing in by OpenID Connect, at a certified provider that runs as a process, over HTTP."""

import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from django.utils import timezone

from migration_tracker.accounts import giving
from migration_tracker.accounts.errors import CannotGive
from migration_tracker.accounts.models import Identity, Membership, User
from migration_tracker.audit.models import Entry
from migration_tracker.inventory.models import Migration
from migration_tracker.operations.checks import signing_in as doctor
from tests.accounts.provider import CLIENT_SECRET, Provider
from tests.accounts.provider.walking import (
    BEGIN,
    at_the_provider,
    configured,
    refused,
    running,
    sign_in,
    there,
)
from tests.operations.test_logs import written

__all__ = ["running", "there", "written"]

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("oidc")]


def test_somebody_new_is_made_known_and_comes_to_the_page_they_wanted(there: Provider, client: Client):
    page = client.get("/audit/")
    sign_in_page = client.get(page.headers["Location"])
    assert "Sign in with Acme" in sign_in_page.text
    link = re.search(r'href="(/sign-in/oidc/[^"]*)"', sign_in_page.text)
    assert link
    answer = sign_in(client, "ada", link[1])
    assert answer.headers["Location"] == "/audit/"
    assert client.get("/audit/").status_code == 200
    made = User.objects.get()
    assert (made.username, made.has_usable_password(), made.role_names) == ("ada", False, frozenset())
    assert made.identity.issuer == there.issuer
    assert made.identity.subject == "ada"
    assert (
        Entry.objects.get().sentence == "made ada known, who signed in by OpenID Connect for the first time"
    )


def test_the_provider_is_asked_with_state_nonce_and_pkce(there: Provider, client: Client):
    to = parse_qs(urlsplit(client.get(BEGIN).headers["Location"]).query)
    assert to["code_challenge_method"] == ["S256"]
    assert to["redirect_uri"] == ["http://testserver/sign-in/oidc/back"]
    assert min(len(to[one][0]) for one in ("state", "nonce", "code_challenge")) >= 20
    again = parse_qs(urlsplit(client.get(BEGIN).headers["Location"]).query)
    assert all(to[one] != again[one] for one in ("state", "nonce", "code_challenge"))


def test_roles_come_and_go_with_groups_and_each_turn_is_in_the_trail(there: Provider, client: Client):
    there.knows(ada={"preferred_username": "ada", "groups": ["pipeline", "pipeline-leads", "admins"]})
    sign_in(client, "ada")
    ada = User.objects.get()
    assert ada.role_names == {"administrator"}
    assert ada.own_roles == {"pipeline": "lead"}  # the higher of two
    there.knows(ada={"preferred_username": "ada", "groups": ["pipeline"]})
    sign_in(client, "ada")
    ada = User.objects.get()
    assert ada.role_names == frozenset()
    assert ada.own_roles == {"pipeline": "engineer"}
    there.knows(ada={"preferred_username": "ada"})
    sign_in(client, "ada")
    assert User.objects.get().own_roles == {}
    told = Entry.objects.order_by("pk").values_list("chain", "action", "sentence")[1:]
    assert list(told) == [
        ("installation", "role.given", "gave ada the role of administrator by the group admins"),
        ("migration:pipeline", "role.given", "gave ada the role of lead by the group pipeline-leads"),
        (
            "installation",
            "role.taken",
            "took the role of administrator from ada, who has left the group admins",
        ),
        ("migration:pipeline", "role.given", "gave ada the role of engineer by the group pipeline"),
        (
            "migration:pipeline",
            "role.taken",
            "took the role of engineer from ada, who has left the group pipeline",
        ),
    ]


def test_a_role_given_here_stays_and_one_by_group_is_changed_there(
    there: Provider, client: Client, person: Callable[..., User]
):
    root = person("root", "administrator")
    there.knows(ada={"preferred_username": "ada", "groups": ["pipeline"]})
    sign_in(client, "ada")
    giving.give("ada", "other", "viewer", by=root)
    with pytest.raises(CannotGive, match="by the group pipeline of the identity"):
        giving.give("ada", "pipeline", "lead", by=root)
    there.knows(ada={"preferred_username": "ada", "groups": []})
    sign_in(client, "ada")
    assert User.objects.get(username="ada").own_roles == {"other": "viewer"}
    giving.give_everywhere("ada", "viewer", by=root)
    there.knows(ada={"preferred_username": "ada", "groups": ["admins"]})
    sign_in(client, "ada")
    with pytest.raises(CannotGive, match="by the group admins of the identity"):
        giving.give_everywhere("ada", "", by=root)
    client.force_login(root)
    assert "has roles by group" in client.get("/people/").text


def test_groups_may_come_from_the_userinfo_address_only(there: Provider, client: Client, settings):
    settings.OIDC = configured(there.issuer, groups_claim="teams")
    there.knows(ada={"preferred_username": "ada", "teams": ["pipeline"], "groups": ["admins"]})
    sign_in(client, "ada")
    assert User.objects.get().own_roles == {"pipeline": "engineer"}
    assert User.objects.get().role_names == frozenset()


def test_the_same_name_or_address_is_not_the_same_person(
    there: Provider, client: Client, person: Callable[..., User]
):
    before = person("Ada", "administrator")
    User.objects.filter(pk=before.pk).update(email="ada@example.org")
    sign_in(client, "ada")
    made = Identity.objects.get().user
    assert made.username == "ada-2"
    assert not made.may("read")
    sign_in(client, "ada")
    assert User.objects.count() == 2
    there.knows(ada={"preferred_username": "grace"})  # a name that changes there does not change who it is
    sign_in(client, "ada")
    assert client.session["_auth_user_id"] == str(made.pk)


def test_a_name_that_cannot_be_kept_is_made_one(there: Provider, client: Client):
    there.knows(ada={"preferred_username": "<b>Ada & Co</b>" * 30}, bob={})
    sign_in(client, "ada")
    sign_in(client, "bob")
    first, second = User.objects.order_by("pk")
    assert re.fullmatch(r"b-Ada-Co-b-[\w-]{100,150}", first.username)
    assert second.username == "somebody"


def test_whoever_is_shut_out_here_stays_out(there: Provider, client: Client):
    sign_in(client, "ada")
    User.objects.update(is_active=False)
    client.logout()
    refused(sign_in(client, "ada"), "may not sign in any more")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_led_to_another_site(there: Provider, client: Client, elsewhere: str):
    answer = sign_in(client, "ada", f"{BEGIN}?next={elsewhere}")
    assert answer.headers["Location"] == "/"


def test_a_sign_in_ends_after_its_hours_and_use_does_not_renew_it(there: Provider, client: Client):
    sign_in(client, "ada")
    end = client.session.get_expiry_date()
    assert abs(end - timezone.now() - timedelta(hours=12)) < timedelta(minutes=1)
    client.get("/")
    assert client.session.get_expiry_date() == end


def test_an_answer_is_good_for_once(there: Provider, client: Client):
    back = at_the_provider(client.get(BEGIN).headers["Location"], "ada")
    assert client.get(back).status_code == 302
    client.logout()
    refused(client.get(back), "was finished already")


def test_a_key_that_the_provider_changed_is_fetched(there: Provider, client: Client):
    """What is kept of the provider is its description, never its keys."""
    sign_in(client, "ada")
    there.asked.clear()
    sign_in(client, "ada")
    assert "/jwks" in there.asked
    assert "/.well-known/openid-configuration" not in there.asked


def test_whoever_signs_out_is_told_that_the_provider_may_still_know_them(there: Provider, client: Client):
    sign_in(client, "ada")
    signed_out = client.post("/sign-out/", follow=True)
    assert "_auth_user_id" not in client.session
    assert "Sign out there too" in signed_out.text
    assert "Sign out there too" not in client.get("/sign-in/").text
    there_too = client.get("/sign-out/oidc/").headers["Location"]
    assert (
        requests.get(there_too, timeout=20).status_code == 200
    )  # 400 for who may not ask, or be led back to
    assert parse_qs(urlsplit(there_too).query)["post_logout_redirect_uri"] == ["http://testserver/sign-in/"]


def test_nothing_of_a_sign_in_that_could_be_used_is_logged(there: Provider, client: Client, written):
    output = written("json")
    logging.getLogger().setLevel(logging.DEBUG)
    back = at_the_provider(client.get(BEGIN).headers["Location"], "ada")
    [begun] = [value["data"] for key, value in client.session.items() if key.startswith("_state_")]
    taken: list[str] = []

    def overheard(body: bytes) -> bytes:
        taken.extend(json.loads(body)[one] for one in ("id_token", "access_token"))
        return body

    there.alter["/token"] = overheard
    assert client.get(back).status_code == 302
    text = output.getvalue()
    assert "request_finished" in text
    assert '"GET /sign-in/oidc/back?(hidden)' in text
    code = parse_qs(urlsplit(back).query)["code"][0]
    for secret in (code, begun["code_verifier"], CLIENT_SECRET, *taken):
        assert secret not in text


def test_a_sign_in_by_password_is_as_long_as_ever_after_one_by_the_provider_was_begun(
    there: Provider, client: Client, person: Callable[..., User]
):
    person("eve", "lead")
    client.get(BEGIN)
    assert client.session.get_expiry_age() <= 3600
    client.post("/sign-in/", {"username": "eve", "password": "eve"})
    assert client.session.get_expiry_age() > 24 * 3600


def test_passwords_can_be_switched_off(
    there: Provider, client: Client, person: Callable[..., User], settings
):
    person("eve", "lead")
    settings.PASSWORD_SIGN_IN = False
    page = client.get("/sign-in/")
    assert "Sign in with Acme" in page.text
    assert 'type="password"' not in page.text
    answer = client.post("/sign-in/", {"username": "eve", "password": "eve"})
    assert answer.status_code == 403
    assert "switched off" in answer.text
    assert "_auth_user_id" not in client.session


def test_without_a_provider_there_is_no_way_to_one(client: Client):
    assert "oidc" not in client.get("/sign-in/").text
    for address in (BEGIN, "/sign-in/oidc/back", "/sign-out/oidc/"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "not set up here" in answer.text


def test_doctor_looks_at_the_provider_and_at_the_migrations_of_its_groups(there: Provider):
    assert doctor.provider().well
    found = doctor.groups()
    assert (found.well, found.detail) == (False, "pipeline")
    Migration.objects.create(key="pipeline", name="Pipeline", location="/nowhere")
    assert doctor.groups().well


def test_doctor_finds_nothing_wrong_without_a_provider():
    assert doctor.provider().summary == doctor.NONE
    assert doctor.groups().well


def test_memberships_by_group_count_like_others(there: Provider, client: Client):
    Migration.objects.create(key="pipeline", name="Pipeline", location="/nowhere")
    assert client.get("/m/pipeline/").status_code == 302
    there.knows(ada={"groups": ["pipeline"]})
    sign_in(client, "ada")
    assert Membership.objects.get().role == "engineer"
    assert client.get("/m/pipeline/people").status_code == 200
