"""Roles are given and taken by those who stand above them, never by oneself, and each time is audited."""

from collections.abc import Callable

import pytest
from django.test import Client

from migration_tracker.accounts import giving, roles
from migration_tracker.accounts.errors import CannotGive
from migration_tracker.accounts.models import Membership, User
from migration_tracker.audit.models import Entry
from migration_tracker.inventory.models import Migration

pytestmark = pytest.mark.django_db


@pytest.fixture
def migration() -> Migration:
    return Migration.objects.create(key="m", name="M", location="/nowhere")


@pytest.fixture
def lead_of_m(person: Callable[..., User]) -> User:
    lead = person("lem")
    Membership.objects.create(user=lead, migration="m", role="lead")
    return lead


def anew(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_role_in_one_migration_counts_there_only_and_one_everywhere_is_its_floor(
    ada: User, lead_of_m: User
):
    assert lead_of_m.may(roles.DECIDE, "m")
    assert not lead_of_m.may(roles.DECIDE, "other")
    assert not lead_of_m.may(roles.DECIDE)
    Membership.objects.create(user=ada, migration="m", role="viewer")
    assert anew(ada).may(roles.TICK, "m"), "ada is an engineer everywhere"


def test_a_lead_gives_and_takes_what_is_below_their_own(
    lead_of_m: User, person: Callable[..., User], migration: Migration
):
    sam = person("sam")
    assert giving.give("sam", "m", "engineer", by=lead_of_m)
    assert anew(sam).may(roles.TICK, "m")
    assert not giving.give("sam", "m", "engineer", by=lead_of_m)
    assert giving.give("sam", "m", giving.NO_ROLE, by=lead_of_m)
    assert not anew(sam).may(roles.READ, "m")
    said = Entry.objects.filter(chain=migration.chain, action__startswith="role.").order_by("pk")
    assert list(said.values_list("action", "sentence")) == [
        ("role.given", "gave sam the role of engineer"),
        ("role.taken", "took the role of engineer from sam"),
    ]


@pytest.mark.parametrize(
    ("name", "had", "role", "why"),
    [
        ("sam", "", "lead", "role of lead"),
        ("sam", "", "administrator", "role of administrator"),
        ("sam", "lead", "viewer", "role of lead"),
        ("sam", "administrator", "", "role of administrator"),
        ("lem", "", "engineer", "somebody else"),
        ("nobody", "", "viewer", "nobody is called"),
    ],
)
def test_a_lead_cannot_reach_above(
    lead_of_m: User, person: Callable[..., User], name: str, had: str, role: str, why: str
):
    sam = person("sam")
    if had:
        Membership.objects.create(user=sam, migration="m", role=had)
    before = list(Membership.objects.values_list("user", "role"))
    with pytest.raises(CannotGive, match=why):
        giving.give(name, "m", role, by=lead_of_m)
    assert list(Membership.objects.values_list("user", "role")) == before


def test_an_administrator_of_one_migration_gives_no_role_everywhere(person: Callable[..., User]):
    only_here, sam = person("only"), person("sam")
    Membership.objects.create(user=only_here, migration="m", role="administrator")
    assert giving.give("sam", "m", "administrator", by=only_here)
    with pytest.raises(CannotGive, match="only an administrator"):
        giving.give_everywhere("sam", "lead", by=only_here)
    assert anew(sam).role_names == frozenset()


def test_the_last_administrator_cannot_lock_everybody_out(person: Callable[..., User]):
    root = person("root", "administrator")
    with pytest.raises(CannotGive, match="somebody else"):
        giving.give_everywhere("root", "viewer", by=root)


class TestThePages:
    def test_an_administrator_gives_a_role_everywhere(self, client: Client, person: Callable[..., User]):
        sam = person("sam", "viewer")
        client.force_login(person("root", "administrator"))
        assert "sam" in client.get("/people/").text
        client.post("/people/", {"name": "sam", "role": "lead"})
        assert anew(sam).role_names == {"lead"}
        client.post("/people/", {"name": "sam", "role": ""})
        assert anew(sam).role_names == frozenset()
        assert "Not recorded" in client.post("/people/", {"name": "sam", "role": "king"}, follow=True).text

    def test_a_lead_gives_a_role_in_the_migration_and_is_offered_no_other(
        self, client: Client, lead_of_m: User, person: Callable[..., User], migration: Migration
    ):
        person("sam")
        client.force_login(lead_of_m)
        page = client.get("/m/m/people").text
        assert "<option>engineer</option>" in page
        assert "<option>lead</option>" not in page
        answer = client.post("/m/m/people/give", {"name": "sam", "role": "engineer"}, follow=True)
        assert "Take the role of engineer from sam" in answer.text
        assert (
            "Not recorded"
            in client.post("/m/m/people/give", {"name": "sam", "role": "lead"}, follow=True).text
        )
