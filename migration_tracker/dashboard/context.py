"""What every page shows: the migrations of the menu, the version, what the reader may do."""

from typing import Any

from django.http import HttpRequest

from migration_tracker import __version__
from migration_tracker.accounts import roles
from migration_tracker.accounts.models import User
from migration_tracker.inventory.models import Migration


def site(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"version": __version__}
    return {
        "version": __version__,
        "menu": Migration.objects.all(),
        "may_tick": user.may(roles.TICK),
        "may_scan": user.may(roles.SCAN),
        "may_patch": user.may(roles.PATCH),
        "may_set_remote": user.may(roles.REMOTE),
        "may_waive": user.may(roles.WAIVE),
        "may_decide": user.may(roles.DECIDE),
        "may_agree": user.may(roles.AGREE),
        "may_assign": user.may(roles.ASSIGN),
        "may_schedule": user.may(roles.SCHEDULE),
        "may_smoke": user.may(roles.SMOKE),
    }
