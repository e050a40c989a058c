"""`manage.py doctor`: looks at all that the tracker needs; exit code 1 when something is wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.markup import escape

from migration_tracker.operations.diagnosis import Diagnosis
from migration_tracker.operations.doctor import examine


class Command(BaseCommand):
    help = "Looks at database, queue, clock, disk, git and what else the tracker needs, and says what to do."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["format"] == "json":
            found = list(examine())
            answer = {"version": 1, "well": _well(found), "checks": [asdict(one) for one in found]}
            self.stdout.write(json.dumps(answer, indent=1))
        else:
            found = list(_told(examine(), Console(highlight=False, soft_wrap=True)))
        if not _well(found):
            sys.exit(1)


def _well(found: list[Diagnosis]) -> bool:
    return all(one.well for one in found)


def _told(found: Iterator[Diagnosis], console: Console) -> Iterator[Diagnosis]:
    """Say each as it is found, as some take seconds."""
    for one in found:
        mark = "[green]✓[/]" if one.well else "[red]✗[/]"
        console.print(f"{mark} [bold]{one.subject}[/]: {escape(one.summary)}")
        if not one.well:
            if one.detail:
                console.print(f"    {escape(one.detail)}")
            console.print(f"    [yellow]→[/] {escape(one.remedy)}")
        yield one
