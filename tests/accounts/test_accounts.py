"""Who may do what, and the first sign-in of an empty installation."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client

from migration_tracker.accounts import roles
from migration_tracker.accounts.models import User
from migration_tracker.audit.models import Entry

pytestmark = pytest.mark.django_db

ACTIONS = (roles.TICK, roles.SCAN, roles.SMOKE)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("", ()), ("viewer", ()), ("engineer", ACTIONS), ("lead", ACTIONS), ("administrator", ACTIONS)],
)
def test_each_role_may_do_what_the_table_says(
    person: Callable[..., User], role: str, allowed: tuple[str, ...]
):
    somebody = person("sam", role)
    assert {action: somebody.may(action) for action in ACTIONS} == {a: a in allowed for a in ACTIONS}


def test_the_first_sign_in_works_once(client: Client, capsys: pytest.CaptureFixture[str]):
    call_command("first_sign_in")
    said = capsys.readouterr().out
    password = said.split()[-1]
    assert client.login(username="lead", password=password)
    assert User.objects.get().may(roles.SMOKE)
    assert Entry.objects.get().action == "user.created"
    call_command("first_sign_in")
    assert password not in capsys.readouterr().out
    assert User.objects.count() == 1


def test_signing_out_needs_a_click_not_a_link(client: Client, ada: User):
    client.force_login(ada)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
