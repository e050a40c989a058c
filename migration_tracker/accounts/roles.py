"""What each role may do, in the installation or in one migration. Whoever has no role sees no migration."""

READ = "read"
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
ROLE = "give roles"
CODE = "allow code to run on the tracker's host"
CLOSE = "close a migration"
REOPEN = "open a closed migration again"
ADD = "add migrations"
PEOPLE = "give roles in the installation"
NOTIFY = "say who is told of what"
REMOTE = "say where patches are pushed"

_VIEWER = frozenset({READ})
_ENGINEER = _VIEWER | frozenset({TICK, SCAN, PATCH, WAIVE, ASSIGN})
_LEAD = _ENGINEER | {SMOKE, REMOTE, SCHEDULE, NOTIFY, DECIDE, AGREE, CLOSE, REPORT, ROLE}

# From the one who may least to the one who may most.
ROLES: dict[str, frozenset[str]] = {
    "viewer": _VIEWER,
    "engineer": _ENGINEER,
    "lead": _LEAD,
    "administrator": _LEAD | {ADD, REOPEN, PEOPLE, CODE},
}


def lowest(action: str) -> str:
    """The first role that allows `action`."""
    return next(role for role, allowed in ROLES.items() if action in allowed)
