"""The one border to the provider: what it is asked, what is believed of it, its errors in our words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.django_client import OAuth
from django.core.cache import cache
from django.http import HttpRequest
from joserfc.errors import JoseError

from migration_tracker.accounts.errors import CannotSignIn, ProviderAway
from migration_tracker.accounts.oidc.configuration import Configuration, secure

SECONDS = 10
DISCOVERY_KEPT_SECONDS = 300
NAME = "oidc"
NOT_BEGUN_HERE = (
    "This sign-in was not begun in this browser, or was finished already, or took more than an hour."
    " Begin again."
)
SAID_NO = "The provider says that you declined, or may not use the tracker."
# How a token may be signed to be believed: by the provider's own key, so neither `none` nor a shared secret.
_SIGNATURES = {
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
}
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Answer:
    """Whom the provider has signed in, and where they wanted to."""

    claims: Mapping[str, Any]
    onwards: str


def discover(issuer: str) -> dict[str, Any]:
    """The provider's own description of itself (OpenID Connect Discovery 1.0), asked for now.

    Raises:
        ProviderAway: it does not answer, calls itself otherwise, or has no secure addresses.
    """
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    with _in_our_words():
        answer = requests.get(address, timeout=SECONDS)
        answer.raise_for_status()
        document = answer.json()
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        calls = document.get("issuer") if isinstance(document, dict) else None
        raise _away(f"{address} calls itself {calls!r}, and OIDC_ISSUER says {issuer!r}")
    for name in (*_NEEDED, *({"userinfo_endpoint", "end_session_endpoint"} & document.keys())):
        if not secure(str(document.get(name, ""))):
            raise _away(f"{address} gives no address by https for {name}: {document.get(name)!r}")
    signs = document.get("id_token_signing_alg_values_supported", ["RS256"])
    if not (usable := [one for one in signs if one in _SIGNATURES]):
        raise _away(f"{address} signs by {signs}, none of which is believed")
    return document | {"id_token_signing_alg_values_supported": usable}


class Provider:
    """The provider of the configuration, by the authorization code flow with PKCE, state and nonce."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    def begin(self, request: HttpRequest, *, back: str, onwards: str) -> str:
        """Where to send somebody to sign in; what must hold when they come back is kept in their session.

        Raises: ProviderAway.
        """
        client = self._client()
        with _in_our_words():
            begun = client.create_authorization_url(back)
        client.save_authorize_data(request, redirect_uri=back, onwards=onwards, **begun)
        return str(begun["url"])

    def finish(self, request: HttpRequest) -> Answer:
        """Take what the provider sent somebody back with.

        Raises:
            CannotSignIn: it was not begun here, the provider said no, or its token is not to be believed.
            ProviderAway: the provider cannot be asked what it must be asked.
        """
        client = self._client()
        state = request.GET.get("state", "")
        begun = client.framework.get_state_data(request.session, state)
        if not begun:
            raise CannotSignIn(NOT_BEGUN_HERE, "its state is not in the session")
        if error := request.GET.get("error", ""):
            client.framework.clear_state_data(request.session, state)
            raise _declined(error)
        if request.GET.get("iss", self._configuration.issuer) != self._configuration.issuer:  # RFC 9207
            raise CannotSignIn(_UNBELIEVED, "the answer comes from another provider (iss)")
        with _in_our_words():
            token = client.authorize_access_token(
                request,
                claims_options={
                    "iss": {"essential": True, "value": self._configuration.issuer},
                    "aud": {"essential": True, "value": self._configuration.client_id},
                },
            )
            claims = token.get("userinfo")
            if not claims or not claims.get("sub"):
                raise CannotSignIn(_UNBELIEVED, "there is no ID token with a subject in the answer")
            return Answer(self._completed(client, token, dict(claims)), begun["onwards"])

    def sign_out_address(self, back: str) -> str:
        """Where somebody may sign out of the provider too; empty where it has no such address.

        Raises: ProviderAway.
        """
        address = self._described().get("end_session_endpoint", "")
        wanted = {"client_id": self._configuration.client_id, "post_logout_redirect_uri": back}
        return str(add_params_to_uri(address, list(wanted.items()))) if address else ""

    def _completed(self, client: Any, token: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        """The claims, with those that providers tell of at the userinfo address, not in the ID token."""
        groups = self._configuration.groups_claim
        if self._configuration.grants and groups in (claims.get("_claim_names") or ()):
            raise CannotSignIn(
                "You are in more groups than the provider tells of. Whoever runs it must send the tracker"
                " only the groups that are assigned to it.",
                f"the claim {groups} is left out for its length (_claim_names)",
            )
        if {"preferred_username", groups} <= claims.keys() or "userinfo_endpoint" not in self._described():
            return claims
        told = client.userinfo(token=token)
        if told.get("sub") != claims["sub"]:  # OpenID Connect Core 1.0, 5.3.2
            raise CannotSignIn(_UNBELIEVED, "the userinfo address tells of another subject than the ID token")
        return {**told, **claims}

    def _client(self) -> Any:
        """Authlib's, made anew for each request: what it keeps would be shared by threads."""
        options = self._configuration
        return OAuth().register(
            NAME,
            client_id=options.client_id,
            client_secret=options.client_secret,
            client_kwargs={
                "scope": options.scopes,
                "code_challenge_method": "S256",
                "default_timeout": SECONDS,
            },
            **self._described(),
        )

    def _described(self) -> dict[str, Any]:
        key = f"oidc discovery {self._configuration.issuer}".replace(" ", ":")
        known = cache.get(key)
        if known is None:
            known = discover(self._configuration.issuer)
            cache.set(key, known, DISCOVERY_KEPT_SECONDS)
        return dict(known)


_UNBELIEVED = (
    "The provider's answer could not be believed, so you are not signed in. Begin again; if it stays so, tell"
    " whoever runs the tracker, whose log says what was wrong."
)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except AuthlibBaseError as error:
        # The token address answers so to a code that is spent, and to a wrong client or secret.
        raise CannotSignIn(_UNBELIEVED, f"{type(error).__name__}: {error}") from error
    except JoseError as error:
        raise CannotSignIn(_UNBELIEVED, f"its ID token: {type(error).__name__}: {error}") from error
    except (requests.RequestException, KeyError, TypeError, ValueError) as error:
        raise _away(f"{type(error).__name__}: {error}") from error


def _away(reason: str) -> ProviderAway:
    return ProviderAway(
        "The identity provider does not answer as it must, so nobody can sign in by it now. Try again in a"
        " minute; whoever runs the tracker finds the reason in its log and by its doctor.",
        reason,
    )


def _declined(error: str) -> CannotSignIn:
    known = error if re.fullmatch(r"[a-z_]{1,40}", error) else "an error it does not name"
    if known == "access_denied":
        return CannotSignIn(SAID_NO, known)
    return CannotSignIn(f"The provider did not sign you in ({known}). Begin again.", known)
