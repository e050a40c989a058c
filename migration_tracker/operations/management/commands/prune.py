"""`manage.py prune`: removes what is no longer needed; the clock does the same every night."""

from typing import Any

from django.core.management.base import BaseCommand

from migration_tracker.operations.pruning import prune


class Command(BaseCommand):
    help = "Removes expired sign-ins, old results of jobs, and checkouts that were left behind."

    def handle(self, *args: Any, **options: Any) -> None:
        for what, count in prune().items():
            self.stdout.write(f"{what}: {count} removed")
