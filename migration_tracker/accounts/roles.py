"""What each role may do. A person with no role reads everything and changes nothing."""

TICK = "tick"
SCAN = "scan"
SMOKE = "smoke"
PATCH = "patch"
REPORT = "report smoke runs"
WAIVE = "ask for a waiver"
DECIDE = "decide on waivers"
ASSIGN = "assign workers"
AGREE = "decide on changes of scope"
SCHEDULE = "set schedules"
REMOTE = "say where patches are pushed"

_ENGINEER = frozenset({TICK, SCAN, SMOKE, PATCH, WAIVE, ASSIGN})
_LEAD = _ENGINEER | {REMOTE, SCHEDULE, DECIDE, AGREE, REPORT}

# From the one who may least to the one who may most.
ROLES: dict[str, frozenset[str]] = {
    "viewer": frozenset(),
    "engineer": _ENGINEER,
    "lead": _LEAD,
    "administrator": _LEAD,
}


def lowest(action: str) -> str:
    """The first role that allows `action`."""
    return next(role for role, allowed in ROLES.items() if action in allowed)
