"""`manage.py person NAME --role ROLE`: makes somebody known, or changes what they may do."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from migration_tracker.accounts import services
from migration_tracker.accounts.roles import ROLES


class Command(BaseCommand):
    help = "Makes somebody known under a role and prints their password once; somebody known gets the role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--role", choices=ROLES, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        name, role = options["name"], options["role"]
        if password := services.make_person(name, role):
            self.stdout.write(f"{name} signs in as {role} with the password {password}")
        else:
            self.stdout.write(f"{name} is now {role}")
