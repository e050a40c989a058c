"""Giving people roles and taking them, in one migration or in the whole installation."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import transaction

from migration_tracker.accounts.errors import CannotGive
from migration_tracker.accounts.models import Membership, User
from migration_tracker.accounts.oidc.configuration import EVERYWHERE
from migration_tracker.accounts.roles import PEOPLE, ROLE, ROLES
from migration_tracker.audit import services as audit
from migration_tracker.audit.models import INSTALLATION, MIGRATION
from migration_tracker.installation import command

NO_ROLE = ""
MAKE = command("person NAME --role ROLE")


def gives(by: User, migration: str) -> list[str]:
    """The roles that somebody may give and take in a migration: an administrator all, a lead those below.

    So nobody makes themselves more by way of somebody else.
    """
    order = list(ROLES)
    if by.is_superuser or "administrator" in by.roles_in(migration):
        return order
    if not by.may(ROLE, migration):
        return []
    return order[: max(order.index(role) for role in by.roles_in(migration) if role in ROLES)]


@transaction.atomic
def give(name: str, migration: str, role: str, *, by: User) -> bool:
    """Give somebody a role in one migration in the place of the one they had there, or none.

    Args:
        name: what they sign in as.
        migration: the key of the migration.
        role: out of `roles.ROLES`, or `NO_ROLE`.
        by: who gives it.

    Returns:
        False, and nothing is recorded, if it is so already.

    Raises:
        CannotGive: nobody is called so, it is oneself, the role given or taken is not below one's own, or
            a group of the identity provider gives it.
    """
    person = _other(name, by)
    held = Membership.objects.select_for_update().filter(user=person, migration=migration).first()
    had = held.role if held else NO_ROLE
    if had == role:
        return False
    _not_by_group(person, migration)
    may = gives(by, migration)
    for one in (had, role):
        if one and one not in may:
            raise CannotGive(f"Not recorded: your own role does not allow to give or take the role of {one}.")
    if role:
        Membership.objects.update_or_create(user=person, migration=migration, defaults={"role": role})
    elif held:
        held.delete()
    _record(by, person, had, role, MIGRATION + migration)
    return True


@transaction.atomic
def give_everywhere(name: str, role: str, *, by: User) -> bool:
    """Give somebody a role in the whole installation in the place of the one they had, or none.

    Returns:
        False, and nothing is recorded, if it is so already.

    Raises:
        CannotGive: `by` is no administrator, nobody is called so, it is oneself, or a group of the identity
            provider gives it.
    """
    if not by.may(PEOPLE):
        raise CannotGive("Not recorded: only an administrator gives roles in the installation.")
    person = _other(name, by)
    if person.role_names == ({role} if role else set()):
        return False
    _not_by_group(person, EVERYWHERE)
    had = ", ".join(sorted(person.role_names))
    person.groups.set(Group.objects.filter(name=role))
    _record(by, person, had, role, INSTALLATION)
    return True


def _not_by_group(person: User, where: str) -> None:
    by_group = person.roles_by_group.get(where)
    if by_group:
        raise CannotGive(
            f"Not recorded: {person} is {by_group['role']} here by the group {by_group['group']} of the"
            " identity provider. It is changed there, and taken over at their next sign-in."
        )


def _other(name: str, by: User) -> User:
    person = User.objects.filter(username=name).first()
    if person is None:
        raise CannotGive(f"Not recorded: nobody is called “{name}”. {MAKE} makes people known.")
    if person.pk == by.pk:
        raise CannotGive("Not recorded: somebody else gives and takes your role.")
    return person


def _record(by: User, person: User, had: str, role: str, chain: str) -> None:
    sentence = f"gave {person} the role of {role}" if role else f"took the role of {had} from {person}"
    action = "role.given" if role else "role.taken"
    audit.record(by, action, person, chain=chain, sentence=sentence, role=role, had=had)
