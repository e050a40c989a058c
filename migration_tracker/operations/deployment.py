"""What `check --deploy` looks at besides Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import connection


@register(Tags.security, deploy=True)
def the_key_is_everybodys(**_: Any) -> list[Error]:
    """A database that other hosts can reach may have other hosts, and what one signs the others must read."""
    if connection.vendor == "sqlite" or settings.SECRET_KEY_IS_SET:
        return []
    return [
        Error(
            "SECRET_KEY is not set: each host makes its own, and signs out whom another has signed in.",
            hint="Set SECRET_KEY, or SECRET_KEY_FILE, to the same long random text on every host.",
            id="migration_tracker.E001",
        )
    ]
