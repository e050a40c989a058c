"""`manage.py person NAME`: makes somebody known, changes their role, shuts them out, lets them in again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from migration_tracker.accounts import services
from migration_tracker.accounts.errors import CannotGive
from migration_tracker.accounts.roles import ROLES


class Command(BaseCommand):
    help = "Makes somebody known under a role and prints their password once; somebody known gets the role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--role", choices=ROLES)
        what.add_argument(
            "--shut-out", action="store_true", help="they, and their API tokens, get in no more"
        )
        what.add_argument("--let-in", action="store_true", help="they do again")

    def handle(self, *args: Any, **options: Any) -> None:
        name, role = options["name"], options["role"]
        if role:
            if password := services.make_person(name, role):
                self.stdout.write(f"{name} signs in as {role} with the password {password}")
            else:
                self.stdout.write(f"{name} is now {role}")
            return
        try:
            services.let_in(name, options["let_in"])
        except CannotGive as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{name} is {'let in' if options['let_in'] else 'shut out'}")
