"""Making people known to the tracker."""

import secrets

from django.contrib.auth.models import Group
from django.db import transaction

from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.audit.models import INSTALLATION

FIRST = "lead"


@transaction.atomic
def first_sign_in() -> str | None:
    """Make the first person of an empty installation, a lead.

    Returns:
        The password made for `FIRST`, to be shown once; None when there is somebody already.
    """
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(9)
    user = User.objects.create_user(FIRST, password=password)
    user.groups.add(Group.objects.get(name="lead"))
    audit.record(
        user, "user.created", user, chain=INSTALLATION, sentence="made the first sign-in", roles=["lead"]
    )
    return password
