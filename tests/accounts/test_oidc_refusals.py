"""What the tracker does not believe of a sign-in by OpenID Connect, though a provider seems to say it."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from migration_tracker.accounts.models import User
from migration_tracker.operations.checks import signing_in as doctor
from tests.accounts.provider import Provider
from tests.accounts.provider.walking import (
    BEGIN,
    at_the_provider,
    configured,
    refused,
    running,
    sign_in,
    there,
)

__all__ = ["running", "there"]

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("oidc")]


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
