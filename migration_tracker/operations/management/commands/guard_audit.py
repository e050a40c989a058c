"""`manage.py guard_audit`: puts the triggers back that keep the audit trail append-only."""

from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from migration_tracker.audit import services as audit
from migration_tracker.audit.models import INSTALLATION, Chain


class Command(BaseCommand):
    help = "Makes the database refuse again to alter the audit trail; that it had to is itself an entry."

    def handle(self, *args: Any, **options: Any) -> None:
        guard = import_module("migration_tracker.audit.migrations.0002_append_only")
        with connection.schema_editor() as editor:  # in a transaction of its own
            if connection.vendor == "sqlite":
                for name in guard.SQLITE:
                    editor.execute(f"DROP TRIGGER IF EXISTS {name}")
            else:
                editor.execute("DROP FUNCTION IF EXISTS audit_is_append_only() CASCADE")
            guard.refuse(None, editor)
        with transaction.atomic():
            chain, _ = Chain.objects.get_or_create(key=INSTALLATION)
            audit.record(
                None,
                "guard.restored",
                chain,
                chain=INSTALLATION,
                sentence="put the guard of the audit trail back by guard_audit",
            )
        self.stdout.write("The database refuses to alter the audit trail.")
