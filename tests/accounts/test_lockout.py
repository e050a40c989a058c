"""Whoever fails to sign in too often waits, is told for how long, and it is in the audit trail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.test.client import RequestFactory
from django.utils import timezone

from migration_tracker.accounts import lockout
from migration_tracker.accounts.models import FailedSignIn, User
from migration_tracker.audit.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client: Client, ada: User) -> Callable[..., object]:
    """Signs in from an address; ada's password is her name."""

    def attempt(password: str, name: str = "ada", where: str = "192.0.2.1"):
        return client.post("/sign-in/", {"username": name, "password": password}, REMOTE_ADDR=where)

    return attempt


def fail(sign_in, times: int, **who) -> None:
    for _ in range(times):
        assert sign_in("wrong", **who).status_code == 200


def test_after_five_failures_the_right_password_does_not_help_either(sign_in):
    fail(sign_in, 4)
    answer = sign_in("wrong")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 900
    again = sign_in("ada")
    assert again.status_code == 429
    text = again.content.decode()
    assert "Try again in 15 minutes, after " in text
    assert "for this name from your address" in text
    assert "sessionid" not in again.cookies


def test_it_ends_by_itself_and_asking_while_it_lasts_does_not_prolong_it(sign_in):
    fail(sign_in, 4)
    sign_in("wrong")
    for _ in range(3):
        sign_in("wrong")
    assert FailedSignIn.objects.count() == 5
    FailedSignIn.objects.update(at=timezone.now() - lockout.WINDOW + timedelta(seconds=30))
    answer = sign_in("ada")
    assert "Try again in 1 minute, after" in answer.content.decode()
    FailedSignIn.objects.update(at=timezone.now() - lockout.WINDOW)
    assert sign_in("ada").status_code == 302


def test_a_success_forgets_the_failures_before_it(sign_in, client):
    fail(sign_in, 4)
    assert sign_in("ada").status_code == 302
    client.logout()
    fail(sign_in, 4)


def test_somebody_elses_guesses_do_not_lock_a_person_out_at_their_own_address(sign_in):
    fail(sign_in, 4, where="198.51.100.9")
    assert sign_in("wrong", where="198.51.100.9").status_code == 429
    assert sign_in("ada").status_code == 302


def test_whoever_tries_many_names_is_stopped_at_their_address(sign_in):
    for number in range(29):
        fail(sign_in, 1, name=f"guess-{number}")
    answer = sign_in("wrong", name="another")
    assert answer.status_code == 429
    assert "from your address" in answer.content.decode()
    assert sign_in("ada").status_code == 429
    assert sign_in("ada", where="192.0.2.77").status_code == 302


def test_a_name_that_nobody_has_is_treated_as_any(sign_in):
    fail(sign_in, 4, name="nobody-of-this-name")
    answer = sign_in("wrong", name="nobody-of-this-name")
    assert answer.status_code == 429
    assert Entry.objects.get(action="user.locked_out").sentence == (
        "locked out a name that nobody has after too many failed sign-ins"
    )


def test_the_spelling_of_a_name_gains_nothing(sign_in):
    fail(sign_in, 2, name="ada")
    fail(sign_in, 2, name="ADA")
    assert sign_in("wrong", name=" Ada ").status_code == 429


def test_it_is_in_the_audit_trail_once_without_what_was_typed(sign_in):
    fail(sign_in, 4)
    for _ in range(4):
        sign_in("hunter2-canary")
    entry = Entry.objects.get(action="user.locked_out")
    assert entry.sentence == "locked out ada after too many failed sign-ins"
    assert entry.detail["address"] == "192.0.2.1"
    assert "canary" not in str(entry.__dict__)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "203.0.113.5", "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        (2, "6.6.6.6, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "203.0.113.5"),
        (1, "", "192.0.2.1"),
    ],
)
def test_an_address_is_believed_only_of_our_own_proxies(proxies, forwarded, found):
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": forwarded})
    with override_settings(PROXIES=proxies):
        assert lockout.address(request) == found


def test_a_password_of_a_million_characters_is_not_hashed(sign_in):
    answer = sign_in("x" * 1_000_000)
    assert answer.status_code == 200
    assert "at most 1000 characters" in answer.content.decode()
    assert FailedSignIn.objects.count() == 0


def test_whoever_has_a_whole_network_of_ipv6_counts_as_one_address(sign_in):
    for number in range(29):
        fail(sign_in, 1, name=f"guess-{number}", where=f"2001:db8:0:1::{number:x}")
    assert "from your address" in sign_in("wrong", where="2001:db8:0:1:ffff::9").content.decode()
    assert sign_in("ada", where="2001:db8:0:1:abcd::7").status_code == 429
    assert sign_in("ada", where="2001:db8:0:2::7").status_code == 302


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1::9", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("192.0.2.1:50123", "192.0.2.1"),
        ("[2001:db8:0:1::9]:50123", "2001:db8:0:1::/64"),
        ("no address", "no address"),
        ("", ""),
    ],
)
def test_an_address_is_counted_as_what_one_sender_has(peer: str, counted: str):
    assert lockout.address(RequestFactory().get("/", REMOTE_ADDR=peer)) == counted
