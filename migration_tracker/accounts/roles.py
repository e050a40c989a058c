"""What each role may do. A person with no role reads everything and changes nothing."""

TICK = "tick"
SCAN = "scan"
SMOKE = "smoke"
PATCH = "patch"
REMOTE = "say where patches are pushed"

ROLES: dict[str, frozenset[str]] = {
    "viewer": frozenset(),
    "engineer": frozenset({TICK, SCAN, SMOKE, PATCH}),
    "lead": frozenset({TICK, SCAN, SMOKE, PATCH, REMOTE}),
    "administrator": frozenset({TICK, SCAN, SMOKE, PATCH, REMOTE}),
}
