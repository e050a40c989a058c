"""What each role may do. A person with no role reads everything and changes nothing."""

TICK = "tick"
SCAN = "scan"
SMOKE = "smoke"

ROLES: dict[str, frozenset[str]] = {
    "viewer": frozenset(),
    "engineer": frozenset({TICK, SCAN, SMOKE}),
    "lead": frozenset({TICK, SCAN, SMOKE}),
    "administrator": frozenset({TICK, SCAN, SMOKE}),
}
