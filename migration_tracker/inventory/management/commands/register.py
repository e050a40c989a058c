"""`manage.py register WHERE…`: makes migrations known and queues their first scans."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from migration_tracker.inventory import adding, services
from migration_tracker.inventory.adding import Place
from migration_tracker.inventory.errors import CannotRegister


class Command(BaseCommand):
    help = (
        "Registers the migration that a repository's migration.toml describes, by its folder or its address, "
        "and scans it if its HEAD has moved."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("places", nargs="+", metavar="FOLDER_OR_ADDRESS")
        parser.add_argument("--access", default="", help="the credentials to fetch it with, by name")

    def handle(self, *args: Any, **options: Any) -> None:
        for entered in map(str, options["places"]):
            place = Place(url=entered, access=options["access"])
            if Path(entered).is_dir() or ":" not in entered:
                place = Place(folder=Path(entered).resolve(), access=options["access"])
            try:
                migration = adding.add(place, by=None)
            except CannotRegister as error:
                raise CommandError(str(error)) from error
            services.follow(migration)
            self.stdout.write(f"{migration.name}: {migration.remote or migration.location}")
