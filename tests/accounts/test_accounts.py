"""Who may do what, and the first sign-in of an empty installation."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from migration_tracker.accounts import roles, tokens
from migration_tracker.accounts.middleware import NOT_RECORDED
from migration_tracker.accounts.models import Scope, User
from migration_tracker.audit.models import Entry

pytestmark = pytest.mark.django_db

ACTIONS = (roles.TICK, roles.SCAN, roles.SMOKE)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("", ()),
        ("viewer", ()),
        ("engineer", (roles.TICK, roles.SCAN)),
        ("lead", ACTIONS),
        ("administrator", ACTIONS),
    ],
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


def test_a_person_is_made_by_command_and_may_be_given_another_role(
    client: Client, capsys: pytest.CaptureFixture[str]
):
    call_command("person", "eve", role="viewer")
    assert client.login(username="eve", password=capsys.readouterr().out.split()[-1])
    call_command("person", "eve", role="engineer")
    assert "eve is now engineer" in capsys.readouterr().out
    assert User.objects.get().role_names == {"engineer"}
    assert Entry.objects.filter(action="user.role").count() == 2


def test_whoever_is_shut_out_is_out_at_once_with_their_tokens_until_let_in(client: Client, ada: User):
    _, secret = tokens.make(ada, name="t", scopes=Scope.values, days=1)
    headers = {"Authorization": f"Bearer {secret}"}

    def inside() -> tuple[int, int, bool]:
        page, api = client.get("/audit/"), Client().get("/api/v1/migrations", headers=headers)
        return page.status_code, api.status_code, Client().login(username="ada", password="ada")

    client.force_login(ada)
    assert inside() == (200, 200, True)
    for _ in range(2):
        call_command("person", "ada", shut_out=True)
    assert inside() == (302, 401, False)
    call_command("person", "ada", let_in=True)
    assert inside()[1:] == (200, True)
    told = (
        Entry.objects.filter(subject_type="accounts.user").order_by("pk").values_list("sentence", flat=True)
    )
    assert list(told) == ["shut ada out", "let ada in again"]
    with pytest.raises(CommandError, match="Nobody is called eve"):
        call_command("person", "eve", shut_out=True)


def test_signing_out_needs_a_click_not_a_link(client: Client, ada: User):
    client.force_login(ada)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"


class TestWhoIsNotSignedIn:
    """Such as somebody whose session ended between opening a page and sending its form."""

    PAGE = "/m/some/w/claimx/download_worker/?a=1"
    FORM = "/m/some/w/claimx/download_worker/items/awaited/tick"
    SIGN_IN = f"/sign-in/?{urlencode({'next': PAGE}, safe='/')}"

    def test_comes_back_to_the_page_that_was_asked_for(self, client: Client):
        assert client.get(self.PAGE).headers["Location"] == self.SIGN_IN

    def test_comes_back_to_the_page_of_a_form_and_learns_that_it_was_not_recorded(self, client: Client):
        answer = client.post(self.FORM, headers={"Referer": f"http://testserver{self.PAGE}"}, follow=True)
        assert answer.redirect_chain == [(self.SIGN_IN, 302)]
        assert NOT_RECORDED in answer.text

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_is_led_there_by_htmx_too(self, client: Client, method: str):
        headers = {"HX-Request": "true", "Referer": f"http://testserver{self.PAGE}"}
        answer = getattr(client, method)(self.FORM, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["HX-Redirect"] == self.SIGN_IN

    def test_is_not_led_to_another_site(self, client: Client, ada: User):
        sign_in = client.post(self.FORM, headers={"Referer": "http://testserver//evil.example/"})
        signed_in = client.post(sign_in.headers["Location"], {"username": "ada", "password": "ada"})
        assert signed_in.headers["Location"] == "/"
