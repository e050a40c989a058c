"""The database: it answers, takes writes, is up to date, and guards the audit trail."""

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from migration_tracker.audit import verification
from migration_tracker.audit.models import Chain
from migration_tracker.installation import command
from migration_tracker.operations.diagnosis import Diagnosis, unwell, well

GUARDS = {
    "sqlite": {"entries_are_not_altered", "entries_are_not_deleted", "entries_are_not_replaced"},
    "postgresql": {"entries_are_not_altered", "entries_are_not_truncated"},
}
_GUARDS_IN_PLACE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'",
    "postgresql": """
        SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_entry'::regclass AND tgenabled <> 'D'""",
}


def reachable() -> Diagnosis:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return unwell(
            "database",
            "the database does not answer",
            "Start it, or mend DATABASE_URL; the tracker connects again by itself.",
            str(error).strip(),
        )
    return well("database", "the database answers", connection.display_name)


def migrated() -> Diagnosis:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return _failed("migrations", error)
    if missing:
        return unwell(
            "migrations",
            f"{len(missing)} migrations are not applied",
            f"Make a back-up, then: {command('migrate')}",
            ", ".join(f"{one.app_label}.{one.name}" for one, _ in missing[:5]),
        )
    return well("migrations", "all migrations are applied")


def writable() -> Diagnosis:
    """Take the lock that every write takes, and give it back."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET app = app WHERE 1 = 0")
    except DatabaseError as error:
        return unwell(
            "writes",
            "the database takes no writes",
            "If it is locked, end the process that holds the lock (fuser tracker.sqlite3; pg_stat_activity)."
            " If it is read-only, look at the disk and the folder's rights.",
            str(error).strip(),
        )
    return well("writes", "the database takes writes")


def guarded() -> Diagnosis:
    try:
        with connection.cursor() as cursor:
            cursor.execute(_GUARDS_IN_PLACE[connection.vendor])
            missing = GUARDS[connection.vendor] - {name for (name,) in cursor.fetchall()}
    except DatabaseError as error:
        return _failed("audit guard", error)
    if missing:
        return unwell(
            "audit guard",
            "the database does not guard the audit trail",
            f"Find out who dropped the triggers, run {command('verify_audit')}, then put them back:"
            f" {command('guard_audit')}",
            f"missing: {', '.join(sorted(missing))}",
        )
    return well("audit guard", "the database refuses to alter the audit trail")


def untouched() -> Diagnosis:
    """Walk every chain of the audit trail."""
    try:
        found = [verification.verify(chain) for chain in Chain.objects.values_list("key", flat=True)]
    except DatabaseError as error:
        return _failed("audit trail", error)
    if flawed := [f"{one.chain}: {one.flaw}" for one in found if one.flaw]:
        return unwell(
            "audit trail",
            "the audit trail was tampered with",
            "Keep this database as it is for whoever looks into it, and restore the last back-up that"
            f" passes: {command('restore FILE --replace')}",
            "; ".join(flawed),
        )
    return well("audit trail", f"{sum(one.entries for one in found)} entries, untouched")


def _failed(subject: str, error: DatabaseError) -> Diagnosis:
    return unwell(
        subject, "it could not be looked at", "See what is said of the database.", str(error).strip()
    )
