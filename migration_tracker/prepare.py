"""`python -m migration_tracker.prepare`: makes an installation ready to serve, new or old. Safe to do again.

One process for all of it, because starting Django takes longer than most of the steps.
"""

import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from migration_tracker import checkouts
from migration_tracker.installation import CHECKOUT

FOLLOWED = (".", "tests/sample_repository") if CHECKOUT else ()


def main(folders: list[str]) -> int:
    """Prepare database, static files, the migrations in `folders` and the first sign-in; the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "migration_tracker.settings")
    try:
        django.setup()
        print("Preparing the database")
        call_command("migrate", interactive=False, verbosity=0)
        print("Collecting the static files")
        call_command("collectstatic", interactive=False, verbosity=0)
        checkouts.clear()
    except (CommandError, DatabaseError, ImproperlyConfigured, OSError) as error:
        print(f"The tracker cannot be started: {error}", file=sys.stderr)
        return 1
    for folder in folders:
        try:
            call_command("register", folder)
        except CommandError as error:  # the pages work without it, and it may be registered later
            print(f"Not registered: {error}", file=sys.stderr)
    call_command("first_sign_in")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(FOLLOWED)))
