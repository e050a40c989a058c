"""`manage.py way_in NAME`: a link by which an administrator signs in once, whatever the provider says."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from migration_tracker.accounts import way_in
from migration_tracker.accounts.errors import CannotSignIn


class Command(BaseCommand):
    help = "Prints a link by which an administrator signs in once, without password and identity provider."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(way_in.link(options["name"]))
        except CannotSignIn as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"It signs {options['name']} in once, within {way_in.MINUTES} minutes.")
