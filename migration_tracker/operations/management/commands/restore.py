"""`manage.py restore FILE`: the database as the back-up has it, then a look at the audit trail."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from migration_tracker.operations.backup import BackupError, restore


class Command(BaseCommand):
    help = (
        "Puts the database back as FILE has it; stop the tracker first. Refuses a database that is not empty."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--replace", action="store_true", help="even if something is in the database, which is then lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = restore(options["file"], replace=options["replace"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        for one in found:
            self.stdout.write(f"{one.subject}: {one.summary}")
        if unwell := [f"{one.subject}: {one.detail}. {one.remedy}" for one in found if not one.well]:
            raise CommandError(" ".join(unwell))
