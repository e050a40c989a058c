"""`manage.py register FOLDER…`: makes migrations known and queues their first scans."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from migration_tracker.inventory import services
from migration_tracker.inventory.errors import CannotRegister


class Command(BaseCommand):
    help = "Registers the migration that FOLDER/migration.toml describes, and scans it if its HEAD has moved."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in options["folders"]:
            try:
                migration = services.register(folder, by=None)
            except CannotRegister as error:
                raise CommandError(str(error)) from error
            services.follow(migration)
            self.stdout.write(f"{migration.name}: {migration.location}")
