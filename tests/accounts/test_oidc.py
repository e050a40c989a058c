"""Signing in by OpenID Connect, at a certified provider that runs as a process, over HTTP."""

import base64
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from migration_tracker.accounts import giving
from migration_tracker.accounts.errors import CannotGive
from migration_tracker.accounts.models import Identity, Membership, User
from migration_tracker.accounts.oidc.configuration import Configuration, WrongConfiguration, grants, read
from migration_tracker.audit.models import Entry
from migration_tracker.inventory.models import Migration
from migration_tracker.operations.checks import signing_in as doctor
from tests.accounts.provider import CLIENT_ID, CLIENT_SECRET, Provider, provider
from tests.conftest import ROOT, lacking
from tests.npm import NotInstalled
from tests.operations.test_logs import written

__all__ = ["written"]

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("oidc")]

GROUPS = "pipeline-leads=lead@pipeline, pipeline=engineer@pipeline, admins=administrator"
BEGIN = "/sign-in/oidc/"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    try:
        with provider(tmp_path_factory.mktemp("provider"), "http://testserver") as made:
            yield made
    except NotInstalled as reason:
        lacking(str(reason))


@pytest.fixture
def there(running: Provider, settings) -> Provider:
    """The provider, and the tracker set up for it."""
    cache.clear()
    running.alter.clear()
    running.asked.clear()
    running.knows(ada={"preferred_username": "ada", "email": "ada@example.org"})
    settings.OIDC = configured(running.issuer)
    return running


def configured(issuer: str, **others: object) -> Configuration:
    said = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "name": "Acme",
        "scopes": "openid profile email",
        "groups_claim": "groups",
        "groups": GROUPS,
        "session_hours": 12,
    }
    found = read(issuer=issuer, **said | others)
    assert found
    return found


def at_the_provider(address: str, subject: str) -> str:
    """Sign in there as somebody in a browser of their own; the address that they are sent back to."""
    browser = requests.Session()
    answer = browser.get(address, timeout=20, allow_redirects=False)
    for _ in range(10):
        if "Location" in answer.headers:
            onwards = requests.compat.urljoin(answer.url, answer.headers["Location"])
            if onwards.startswith("http://testserver/"):
                return onwards.removeprefix("http://testserver")
            answer = browser.get(onwards, timeout=20, allow_redirects=False)
        else:
            form = re.search(r'action="([^"]+)"', answer.text)
            assert form, answer.text
            said = {"prompt": "login", "login": subject, "password": "any"}
            answer = browser.post(form[1], data=said, timeout=20, allow_redirects=False)
    raise AssertionError(answer.text)


def sign_in(client: Client, subject: str, begin: str = BEGIN):
    """All of the way: to the provider, in there, and back; the tracker's answer."""
    to = client.get(begin)
    assert to.status_code == 302, to.text
    return client.get(at_the_provider(to.headers["Location"], subject))


def refused(answer, text: str, status: int = 403) -> None:
    assert answer.status_code == status
    assert text in answer.text
    assert "Sign in with Acme" in answer.text
    assert "_auth_user_id" not in answer.client.session


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


class TestWhatIsNotBelieved:
    """Each is refused in words, and nobody is signed in or made known."""

    @pytest.fixture(autouse=True)
    def _nobody_is_made_known(self) -> Iterator[None]:
        yield
        assert not User.objects.exists()

    def test_an_answer_that_was_begun_in_another_browser(self, there: Provider, client: Client):
        back = at_the_provider(client.get(BEGIN).headers["Location"], "ada")
        refused(Client().get(back), "was not begun in this browser")

    def test_an_answer_without_a_state(self, there: Provider, client: Client):
        client.get(BEGIN)
        for back in ("?code=x", "", "?error=access_denied", "?state=x&code=x"):
            refused(client.get(f"/sign-in/oidc/back{back}"), "was not begun in this browser")

    def test_a_token_for_another_sign_in(self, there: Provider, client: Client):
        back = at_the_provider(client.get(BEGIN).headers["Location"], "ada")
        session = client.session
        [begun] = [value for key, value in session.items() if key.startswith("_state_")]
        begun["data"]["nonce"] = "another"
        session.save()
        refused(client.get(back), "could not be believed")

    def test_a_code_for_another_verifier(self, there: Provider, client: Client):
        back = at_the_provider(client.get(BEGIN).headers["Location"], "ada")
        session = client.session
        [begun] = [value for key, value in session.items() if key.startswith("_state_")]
        begun["data"]["code_verifier"] = "another" * 8
        session.save()
        refused(client.get(back), "could not be believed")

    @pytest.mark.parametrize(
        ("claim", "value"), [("sub", "root"), ("iss", "https://evil.example"), ("aud", "another"), ("exp", 1)]
    )
    def test_a_token_that_was_altered(self, there: Provider, client: Client, claim: str, value: object):
        def altered(body: bytes) -> bytes:
            answer = json.loads(body)
            head, claims, seal = answer["id_token"].split(".")
            said = json.loads(base64.urlsafe_b64decode(claims + "=="))
            answer["id_token"] = f"{head}.{packed(said | {claim: value})}.{seal}"
            return json.dumps(answer).encode()

        there.alter["/token"] = altered
        refused(sign_in(client, "ada"), "could not be believed")

    @pytest.mark.parametrize(
        ("claim", "value"),
        [("iss", "https://evil.example"), ("aud", "another"), ("exp", 1), ("nonce", "another"), ("sub", "")],
    )
    def test_a_token_of_the_providers_own_for_somebody_else(
        self, there: Provider, client: Client, claim: str, value: object
    ):
        """Signed by a key that the provider gives out as its own, so that only the claim is wrong."""
        from joserfc import jwt
        from joserfc.jwk import RSAKey

        key = RSAKey.generate_key(2048, {"kid": "new", "use": "sig", "alg": "RS256"})

        def signed_anew(body: bytes) -> bytes:
            answer = json.loads(body)
            said = json.loads(base64.urlsafe_b64decode(answer["id_token"].split(".")[1] + "=="))
            answer["id_token"] = jwt.encode({"alg": "RS256", "kid": "new"}, said | {claim: value}, key)
            return json.dumps(answer).encode()

        there.alter["/token"] = signed_anew
        there.alter["/jwks"] = lambda _: json.dumps({"keys": [key.as_dict(private=False)]}).encode()
        refused(sign_in(client, "ada"), "could not be believed")

    def test_a_token_that_nobody_signed(self, there: Provider, client: Client):
        def unsigned(body: bytes) -> bytes:
            answer = json.loads(body)
            answer["id_token"] = f"{packed({'alg': 'none'})}.{answer['id_token'].split('.')[1]}."
            return json.dumps(answer).encode()

        there.alter["/token"] = unsigned
        refused(sign_in(client, "ada"), "could not be believed")

    def test_an_answer_without_an_id_token(self, there: Provider, client: Client):
        there.alter["/token"] = lambda body: json.dumps(
            {key: value for key, value in json.loads(body).items() if key != "id_token"}
        ).encode()
        refused(sign_in(client, "ada"), "could not be believed")

    def test_a_userinfo_address_that_tells_of_somebody_else(self, there: Provider, client: Client):
        there.alter["/me"] = lambda body: json.dumps(json.loads(body) | {"sub": "root"}).encode()
        refused(sign_in(client, "ada"), "could not be believed")

    def test_groups_that_were_left_out_for_their_number(self, there: Provider, client: Client):
        there.knows(ada={"_claim_names": {"groups": "src1"}})
        refused(sign_in(client, "ada"), "in more groups than the provider tells of")

    def test_groups_that_are_no_names(self, there: Provider, client: Client):
        there.knows(ada={"groups": [{"name": "admins"}]})
        refused(sign_in(client, "ada"), "in a way that is not understood")

    def test_another_provider_at_the_same_address(self, there: Provider, client: Client, settings):
        settings.OIDC = configured(there.issuer.replace("127.0.0.1", "localhost"))
        refused(client.get(BEGIN), "does not answer as it must", 503)
        found = doctor.provider()
        assert not found.well
        assert "calls itself" in found.detail

    def test_a_provider_with_an_address_that_can_be_listened_to(self, there: Provider, client: Client):
        there.alter["/.well-known/openid-configuration"] = lambda body: json.dumps(
            json.loads(body) | {"token_endpoint": "http://idp.example/token"}
        ).encode()
        refused(client.get(BEGIN), "does not answer as it must", 503)
        assert "token_endpoint" in doctor.provider().detail

    def test_a_wrong_secret(self, there: Provider, client: Client, settings):
        settings.OIDC = replace(settings.OIDC, client_secret="wrong")
        refused(sign_in(client, "ada"), "could not be believed")

    def test_a_provider_that_says_no(self, there: Provider, client: Client):
        to = parse_qs(urlsplit(client.get(BEGIN).headers["Location"]).query)
        answer = client.get(f"/sign-in/oidc/back?error=access_denied&state={to['state'][0]}")
        refused(answer, "you declined, or may not use the tracker")

    def test_words_that_somebody_put_into_the_address(self, there: Provider, client: Client):
        to = parse_qs(urlsplit(client.get(BEGIN).headers["Location"]).query)
        said = f"error=Call+0900&error_description=Call+0900&state={to['state'][0]}"
        answer = client.get(f"/sign-in/oidc/back?{said}")
        refused(answer, "did not sign you in (an error it does not name)")
        assert "0900" not in answer.text

    def test_nobody_at_the_providers_address(self, client: Client, settings, unused_tcp_port: int):
        settings.OIDC = configured(f"http://127.0.0.1:{unused_tcp_port}")
        refused(client.get(BEGIN), "does not answer as it must", 503)
        assert doctor.provider().remedy


def packed(said: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


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


class TestConfiguration:
    def test_groups_may_hold_commas_and_equals_signs_where_each_has_a_line(self):
        found = grants("CN=leads,OU=x=lead@pipeline\n\nviewers = viewer\n")
        assert [(one.group, one.role, one.where) for one in found] == [
            ("CN=leads,OU=x", "lead", "pipeline"),
            ("viewers", "viewer", ""),
        ]

    @pytest.mark.parametrize(
        "text", ["leads", "=lead", "leads=boss", "leads=lead@", "leads=", "a=lead@x b=c"]
    )
    def test_what_is_no_grant_is_named(self, text: str):
        with pytest.raises(WrongConfiguration, match=re.escape(f"OIDC_GROUPS: {text}")):
            grants(text)

    @pytest.mark.parametrize(
        ("others", "named"),
        [
            ({"issuer": "http://idp.example"}, "OIDC_ISSUER must begin with https"),
            ({"issuer": "idp.example"}, "OIDC_ISSUER must begin with https"),
            ({"client_id": ""}, "OIDC_CLIENT_ID is not set"),
            ({"client_secret": ""}, "OIDC_CLIENT_SECRET is not set"),
            ({"scopes": "profile"}, "OIDC_SCOPES must hold openid"),
            ({"session_hours": 0}, "OIDC_SESSION_HOURS"),
            ({"issuer": "", "client_secret": ""}, "OIDC_CLIENT_ID is set, but OIDC_ISSUER is not"),
        ],
    )
    def test_what_is_wrong_is_said_by_its_variable(self, others: dict[str, object], named: str):
        with pytest.raises(WrongConfiguration, match=named):
            configured(**{"issuer": "https://idp.example"} | others)

    def test_without_anything_there_is_no_provider(self):
        nothing = dict.fromkeys(("issuer", "client_id", "client_secret", "groups"), "")
        assert read(**nothing, name="", scopes="", groups_claim="", session_hours=12) is None


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PASSWORD_SIGN_IN": "false"}, "PASSWORD_SIGN_IN is false and OIDC_ISSUER is not set: nobody could"),
        ({"OIDC_ISSUER": "http://idp.example"}, "OIDC_ISSUER must begin with https://"),
    ],
)
def test_a_tracker_that_is_set_up_wrongly_does_not_start_and_says_why(
    environment: dict[str, str], said: str, tmp_path: Path
):
    own = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, capture_output=True, text=True, check=False,
        env=own | environment | {"TRACKER_DATA_DIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1
    assert said in done.stderr


def test_memberships_by_group_count_like_others(there: Provider, client: Client):
    Migration.objects.create(key="pipeline", name="Pipeline", location="/nowhere")
    assert client.get("/m/pipeline/").status_code == 302
    there.knows(ada={"groups": ["pipeline"]})
    sign_in(client, "ada")
    assert Membership.objects.get().role == "engineer"
    assert client.get("/m/pipeline/people").status_code == 200
