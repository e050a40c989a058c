"""`migration-tracker-server run`: the tracker under its supervisor, in this process's place."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Prepares the installation and runs web, jobs and schedule until Ctrl-C; PORT says where."

    def handle(self, *args: Any, **options: Any) -> None:
        command = [sys.executable, "-m", "migration_tracker.supervisor"]
        os.execv(sys.executable, command)  # noqa: S606  no shell is wanted
