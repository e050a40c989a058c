"""The link from the shell by which an administrator signs in, whatever becomes of passwords and provider."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from migration_tracker.accounts import way_in
from migration_tracker.accounts.models import User
from migration_tracker.audit.models import Entry

pytestmark = pytest.mark.django_db


def made(name: str) -> str:
    said = StringIO()
    call_command("way_in", name, stdout=said)
    return urlsplit(said.getvalue().split()[0]).path


@pytest.fixture
def root(person: Callable[..., User], settings) -> User:
    settings.PASSWORD_SIGN_IN = False
    return person("root", "administrator")


def test_it_signs_an_administrator_in_once_after_a_click(root: User, client: Client):
    link = made("root")
    assert "Sign in as root" in client.get(link).text
    assert client.get("/people/").status_code == 302  # to look at the link is not to use it
    assert client.post(link).headers["Location"] == "/"
    assert client.get("/people/").status_code == 200
    assert [one.actor_name for one in Entry.objects.filter(action="user.way_in")] == ["root", "the tracker"]
    again = Client()
    assert again.post(link).status_code == 403
    assert "was used" in again.get(link).text


def test_a_link_that_was_altered_or_is_old_signs_nobody_in(
    root: User, client: Client, monkeypatch: pytest.MonkeyPatch
):
    link = made("root")
    assert client.post(f"{link}x").status_code == 403
    monkeypatch.setattr(way_in, "MINUTES", -timedelta(seconds=1).total_seconds() / 60)
    assert client.post(link).status_code == 403
    assert client.get("/people/").status_code == 302


def test_an_empty_installation_without_passwords_says_how_its_first_administrator_signs_in(
    client: Client, settings
):
    settings.PASSWORD_SIGN_IN = False
    said = StringIO()
    call_command("first_sign_in", stdout=said)
    assert "password" not in said.getvalue()
    assert "way_in lead" in said.getvalue()
    assert client.post(made("lead")).status_code == 302


def test_it_is_for_administrators_who_may_sign_in(root: User, person: Callable[..., User], client: Client):
    person("eve", "lead")
    with pytest.raises(CommandError, match="--role administrator"):
        made("eve")
    link = made("root")
    root.groups.clear()
    assert client.post(link).status_code == 403
    User.objects.filter(pk=root.pk).update(is_active=False)
    with pytest.raises(CommandError):
        made("root")
