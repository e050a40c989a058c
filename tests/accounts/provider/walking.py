"""The provider as the tests have it, and the way there and back in a browser's stead."""

import re
from collections.abc import Iterator

import pytest
import requests
from django.core.cache import cache
from django.test import Client

from migration_tracker.accounts.oidc.configuration import Configuration, read
from tests.accounts.provider import CLIENT_ID, CLIENT_SECRET, Provider, provider
from tests.conftest import lacking
from tests.npm import NotInstalled

GROUPS = "pipeline-leads=lead@pipeline, pipeline=engineer@pipeline, admins=administrator"
BEGIN = "/sign-in/oidc/"


@pytest.fixture(scope="session")
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
