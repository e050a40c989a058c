"""Facts of one Python file: what it binds, uses and defines, free of its path, so a blob is read once."""

from migration_tracker.scanning.facts.values import (
    DELETED,
    OTHER,
    Binding,
    Context,
    Facts,
    Param,
    Scope,
    Setting,
    Star,
    Use,
)

__all__ = [
    "DELETED",
    "OTHER",
    "Binding",
    "Context",
    "Facts",
    "Param",
    "Scope",
    "Setting",
    "Star",
    "Use",
]
