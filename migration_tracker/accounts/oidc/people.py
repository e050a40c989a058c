"""Who the provider's subject is here, and the roles that its groups give, taken anew at each sign-in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone

from migration_tracker.accounts.errors import CannotSignIn
from migration_tracker.accounts.models import Identity, Membership, User
from migration_tracker.accounts.oidc.configuration import EVERYWHERE, Configuration, Grant
from migration_tracker.audit import services as audit
from migration_tracker.audit.models import INSTALLATION, MIGRATION

_LONGEST_NAME = 150
_LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2


def signed_in(claims: Mapping[str, Any], configuration: Configuration) -> User:
    """The person that the claims of a checked ID token are of, made known if they are not, with their roles.

    Issuer and subject say who it is, and nothing else does: somebody of the same name or mail address who was
    here before is somebody else.

    Raises:
        CannotSignIn: they may not sign in here, or the claims cannot be used.
    """
    subject = str(claims["sub"])
    if len(subject) > _LONGEST_SUBJECT or "\0" in subject:
        raise CannotSignIn("The provider names you in a way that cannot be kept.", "sub is no valid subject")
    groups = _groups(claims.get(configuration.groups_claim))
    try:
        with transaction.atomic():
            identity = _identity(subject, claims, configuration)
            if not identity.user.is_active:
                raise CannotSignIn(
                    "You are known here, but may not sign in any more. Ask whoever runs the tracker.",
                    f"{identity.user} is not active",
                )
            _take_over(identity, configuration.roles(groups))
            return identity.user
    except IntegrityError as error:  # two first sign-ins at once
        raise CannotSignIn("Somebody signed in at the same moment. Begin again.", str(error)) from error


def _groups(told: Any) -> frozenset[str]:
    """Names out of a claim: a list of them, or one alone. Whoever is in no group may have no claim at all."""
    if told is None:
        return frozenset()
    if isinstance(told, str):
        return frozenset({told})
    if isinstance(told, list) and all(isinstance(one, str) for one in told):
        return frozenset(told)
    raise CannotSignIn(
        "The provider tells of your groups in a way that is not understood. Tell whoever runs the tracker.",
        f"the claim of groups is no list of names but {type(told).__name__}",
    )


def _identity(subject: str, claims: Mapping[str, Any], configuration: Configuration) -> Identity:
    known = Identity.objects.select_for_update().filter(issuer=configuration.issuer, subject=subject)
    if found := known.select_related("user").first():
        return found
    user = User(username=_free_name(claims))
    user.set_unusable_password()
    user.save()
    audit.record(
        None,
        "user.created",
        user,
        chain=INSTALLATION,
        sentence=f"made {user} known, who signed in by OpenID Connect for the first time",
        issuer=configuration.issuer,
        called_there=subject,
    )
    return Identity.objects.create(user=user, issuer=configuration.issuer, subject=subject)


def _free_name(claims: Mapping[str, Any]) -> str:
    """A name to be called by that nobody has: the provider's, if it is free, or else with a number."""
    told = next((str(claims[claim]) for claim in ("preferred_username", "email") if claims.get(claim)), "")
    name = re.sub(r"[^\w.@+-]+", "-", told).strip("-")[: _LONGEST_NAME - 8] or "somebody"
    taken = {
        one.lower()
        for one in User.objects.filter(username__istartswith=name).values_list("username", flat=True)
    }
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one.lower() not in taken)


def _take_over(identity: Identity, given: Mapping[str, Grant]) -> None:
    """Give what groups give now, and take what they gave and give no more. Other roles stay as they are."""
    for where in sorted(given.keys() | identity.roles.keys()):
        had, grant = _held(identity.user, where), given.get(where)
        by_group = identity.roles.get(where, {})
        if grant is None and had != by_group.get("role"):
            continue  # somebody has changed it here meanwhile
        if (role := grant.role if grant else "") != had:
            _set(identity.user, where, role)
            _record(identity.user, where, had, role, grant.group if grant else by_group["group"])
    identity.roles = {where: {"role": one.role, "group": one.group} for where, one in given.items()}
    identity.seen_at = timezone.now()
    identity.save(update_fields=["roles", "seen_at"])


def _held(user: User, where: str) -> str:
    if where == EVERYWHERE:
        return ", ".join(sorted(user.groups.values_list("name", flat=True)))
    return Membership.objects.filter(user=user, migration=where).values_list("role", flat=True).first() or ""


def _set(user: User, where: str, role: str) -> None:
    if where == EVERYWHERE:
        user.groups.set(Group.objects.filter(name=role))
    elif role:
        Membership.objects.update_or_create(user=user, migration=where, defaults={"role": role})
    else:
        Membership.objects.filter(user=user, migration=where).delete()


def _record(user: User, where: str, had: str, role: str, group: str) -> None:
    sentence = (
        f"gave {user} the role of {role} by the group {group}"
        if role
        else f"took the role of {had} from {user}, who has left the group {group}"
    )
    audit.record(
        None,
        "role.given" if role else "role.taken",
        user,
        chain=MIGRATION + where if where else INSTALLATION,
        sentence=sentence,
        role=role,
        had=had,
        group=group,
    )
