"""The database itself refuses to alter, delete or replace an entry of the audit trail."""

from django.db import migrations

SQLITE = {
    "entries_are_not_altered": """
        CREATE TRIGGER entries_are_not_altered BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only: an entry cannot be altered'); END""",
    "entries_are_not_deleted": """
        CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only: an entry cannot be deleted'); END""",
    # REPLACE INTO deletes without firing a delete trigger.
    "entries_are_not_replaced": """
        CREATE TRIGGER entries_are_not_replaced BEFORE INSERT ON audit_entry
        WHEN EXISTS (
            SELECT 1 FROM audit_entry
            WHERE id = NEW.id OR (chain_id = NEW.chain_id AND position = NEW.position)
        )
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only: an entry cannot be replaced'); END""",
}

POSTGRESQL = [
    """
    CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit trail is append-only: % is refused', TG_OP; END $$""",
    """
    CREATE TRIGGER entries_are_not_altered BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()""",
    """
    CREATE TRIGGER entries_are_not_truncated BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""",
]


def refuse(apps, schema_editor):
    statements = {"sqlite": list(SQLITE.values()), "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}")
    else:
        schema_editor.execute("DROP FUNCTION audit_is_append_only() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(refuse, allow)]
