"""`manage.py verify_audit`: walks every chain of the audit trail; exit code 1 when one was tampered with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from migration_tracker.audit import verification
from migration_tracker.audit.models import Chain


class Command(BaseCommand):
    help = "Checks that no entry of the audit trail was altered, removed or put in later."

    def handle(self, *args: Any, **options: Any) -> None:
        heads = dict(Chain.objects.values_list("key", "head"))
        found = [verification.verify(chain) for chain in heads]
        for one in found:
            whole = f"{one.entries} entries, untouched; head {heads[one.chain]}"
            self.stdout.write(f"{one.chain}: {one.flaw or whole}")
        if flawed := [one.chain for one in found if one.flaw]:
            raise CommandError(f"The audit trail was tampered with: {', '.join(flawed)}.")
