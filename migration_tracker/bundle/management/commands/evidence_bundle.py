"""`manage.py evidence_bundle KEY FILE`: writes the evidence of a migration, to be checked offline."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from migration_tracker.bundle import writing
from migration_tracker.inventory.models import Migration


class Command(BaseCommand):
    help = "Writes the evidence of a migration as a zip file with a script in it that checks it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", metavar="KEY", help="as in the address of its page")
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        migration = Migration.objects.filter(key=options["key"]).first()
        if migration is None:
            known = ", ".join(Migration.objects.values_list("key", flat=True)) or "none"
            raise CommandError(f"There is no migration {options['key']}; there are: {known}.")
        try:
            with options["file"].open("wb") as file:
                writing.write(migration, file)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from None
        self.stdout.write(f"{options['file']}: unpack it and run python verify.py")
