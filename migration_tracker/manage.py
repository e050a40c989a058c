"""`migration-tracker-server`: Django's command line for the tracker; in a checkout, `manage.py`."""

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that `arguments` (default: those of this process) name; ends the process on errors."""
    arguments = list(sys.argv if arguments is None else arguments)
    name = os.path.basename(arguments[0])  # noqa: PTH119  as typed, so no path
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db import OperationalError
    except ImportError as missing:
        sys.exit(
            f"{name}: {missing.name} is not installed;"
            " the tracker needs: pip install 'migration-tracker[server]'"
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "migration_tracker.settings")
    try:
        execute_from_command_line(arguments)
    except ImproperlyConfigured as error:
        sys.exit(f"{name}: {error}")
    except OperationalError as error:
        sys.exit(f"{name}: the database: {str(error).strip()}")


if __name__ == "__main__":
    main()
