"""Facts of one Python file: what it binds, uses and defines, free of its path, so a blob is read once."""

from migration_tracker.scanning.facts.values import (
    ENGINE,
    OTHER,
    Binding,
    Context,
    Facts,
    Param,
    Scope,
    Star,
    Use,
)

__all__ = ["ENGINE", "OTHER", "Binding", "Context", "Facts", "Param", "Scope", "Star", "Use"]
