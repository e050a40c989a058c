"""`migration.toml`: what a repository says about its migration, read and checked.

`load(path)` reads the file, `parse(text, where)` needs only its text; both give a frozen `Definition`.
"""

from migration_tracker.definition.errors import DefinitionError
from migration_tracker.definition.reading import FILE_NAME, load, parse, read
from migration_tracker.definition.values import (
    PLAN_ITEMS,
    Criterion,
    Definition,
    Exclusion,
    Item,
    Links,
    Lint,
    Phase,
    PhaseItem,
    Service,
    Smoke,
    Witness,
)

__all__ = [
    "FILE_NAME",
    "PLAN_ITEMS",
    "Criterion",
    "Definition",
    "DefinitionError",
    "Exclusion",
    "Item",
    "Links",
    "Lint",
    "Phase",
    "PhaseItem",
    "Service",
    "Smoke",
    "Witness",
    "load",
    "parse",
    "read",
]
