"""What every page shows: the migrations of the menu, the version, what the reader may do."""

from typing import Any

from django.http import HttpRequest

from migration_tracker import __version__
from migration_tracker.accounts import roles
from migration_tracker.accounts.models import User
from migration_tracker.inventory.queries import readable


def site(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"version": __version__}
    key = getattr(request, "migration_key", "")
    return {
        "version": __version__,
        "menu_migrations": readable(user).values_list("key", "name"),
        "may_add": user.may(roles.ADD),
        "may_give_roles_everywhere": user.may(roles.PEOPLE),
        "may_tick": user.may(roles.TICK, key),
        "may_scan": user.may(roles.SCAN, key),
        "may_patch": user.may(roles.PATCH, key),
        "may_set_remote": user.may(roles.REMOTE, key),
        "may_waive": user.may(roles.WAIVE, key),
        "may_decide": user.may(roles.DECIDE, key),
        "may_agree": user.may(roles.AGREE, key),
        "may_assign": user.may(roles.ASSIGN, key),
        "may_notify": user.may(roles.NOTIFY, key),
        "may_schedule": user.may(roles.SCHEDULE, key),
        "may_smoke": user.may(roles.SMOKE, key),
    }
