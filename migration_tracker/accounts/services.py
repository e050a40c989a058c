"""Making people known to the tracker."""

import secrets

from django.contrib.auth.models import Group
from django.db import transaction

from migration_tracker.accounts.errors import CannotGive
from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.audit.models import INSTALLATION

FIRST = "lead"  # what the first person signs in as; they administrate the installation as well


@transaction.atomic
def make_person(name: str, role: str) -> str:
    """Make somebody known under a role of `roles.ROLES`, or give them that role instead of those they had.

    Returns:
        The password made for somebody new, to be shown once; an empty text for somebody who is known.
    """
    user, new = User.objects.get_or_create(username=name)
    password = secrets.token_urlsafe(9) if new else ""
    if new:
        user.set_password(password)
        user.save()
    user.groups.set([Group.objects.get(name=role)])
    sentence = f"made {name} known as {role}" if new else f"gave {name} the role of {role}"
    audit.record(None, "user.role", user, chain=INSTALLATION, sentence=sentence, role=role)
    return password


@transaction.atomic
def let_in(name: str, yes: bool) -> bool:
    """Say whether somebody may sign in, and use their API tokens, at all. Who is signed in is out at once.

    Returns:
        False, and nothing is recorded, if it is so already.

    Raises:
        CannotGive: nobody is called so.
    """
    user = User.objects.select_for_update().filter(username=name).first()
    if user is None:
        raise CannotGive(f"Nobody is called {name}.")
    if user.is_active == yes:
        return False
    user.is_active = yes
    user.save(update_fields=["is_active"])
    action, sentence = ("user.let_in", "let {} in again") if yes else ("user.shut_out", "shut {} out")
    audit.record(None, action, user, chain=INSTALLATION, sentence=sentence.format(name))
    return True


@transaction.atomic
def first_sign_in() -> str | None:
    """Make the first person of an empty installation, an administrator.

    Returns:
        The password made for `FIRST`, to be shown once; None when there is somebody already.
    """
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(9)
    user = User.objects.create_user(FIRST, password=password)
    user.groups.add(Group.objects.get(name="administrator"))
    audit.record(
        user,
        "user.created",
        user,
        chain=INSTALLATION,
        sentence="made the first sign-in",
        roles=["administrator"],
    )
    return password
