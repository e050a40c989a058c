"""Takes an installation through its migrations, as a process of its own: `python -m tests.stack.upgrade`.

From nothing to the state of OLDER, a row put into every table there, up to the newest, down again to OLDER,
up once more, and down to nothing. It prints how many rows the tables of OLDER held after each way, and which
tables are left at the end.
"""

import json
import sys

import django
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

OLDER = {
    "accounts": "0003_tokens",
    "audit": "0002_append_only",
    "checklists": "0002_waivers",
    "inventory": "0003_owners",
    "patches": "0001_initial",
    "smoke": "0001_initial",
}
CHAIN = "installation"


def main() -> int:
    django.setup()
    from migration_tracker.audit import verification

    migrate(to_older())
    fill()
    told = [rows()]
    for targets in (None, to_older(), None):
        migrate(targets)
        told.append(rows())
        if flaw := verification.verify(CHAIN).flaw:
            print(flaw, file=sys.stderr)
            return 1
    migrate([(app, None) for app in ours()])
    left = [name for name in connection.introspection.table_names() if name.partition("_")[0] in ours()]
    print(json.dumps({"rows": told, "left": left}))
    return 0


def ours() -> list[str]:
    loader = MigrationExecutor(connection).loader
    return sorted({app for app, name in loader.disk_migrations if is_ours(app)})


def is_ours(app: str) -> bool:
    return django.apps.apps.get_app_config(app).name.startswith("migration_tracker.")


def to_older() -> list[tuple[str, str | None]]:
    """OLDER, with the newest of what is not ours and without what came later."""
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    later = [(app, None) for app in ours() if app not in OLDER]
    return [*later, *OLDER.items(), *((app, name) for app, name in leaves if not is_ours(app))]


def migrate(targets: list[tuple[str, str | None]] | None) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())


def older_models() -> list[type[models.Model]]:
    state = MigrationExecutor(connection).loader.project_state([*OLDER.items()])
    return [model for model in state.apps.get_models() if model._meta.app_label in OLDER]


def fill() -> None:
    """Put a row into every table of OLDER; into the audit trail two, by the code that writes them."""
    made: dict[str, models.Model] = {}

    def make(model: type[models.Model]) -> models.Model:
        label = model._meta.label_lower
        if label not in made:
            made[label] = model._default_manager.create(
                **{
                    field.name: value_of(field)
                    for field in model._meta.fields
                    if not (field.has_default() or field.null or field.primary_key or field.blank)
                }
            )
        return made[label]

    def value_of(field: models.Field) -> object:
        match field:
            case models.ForeignKey():
                return make(field.related_model)
            case models.JSONField():
                return {}
            case models.DateTimeField() | models.DateField():
                return timezone.now()
            case models.IntegerField() | models.FloatField():
                return 1
            case models.BooleanField():
                return False
            case models.CharField(choices=[(first, _), *_]):
                return first
        return "x"

    for model in older_models():
        if not model._meta.label_lower.startswith("audit."):
            make(model)
    seal(made["accounts.user"])


def seal(subject: models.Model) -> None:
    from migration_tracker.audit import services as audit

    for number in range(2):
        with transaction.atomic():
            audit.record(None, "user.renamed", subject, chain=CHAIN, sentence="took a name", n=number)


def rows() -> dict[str, int]:
    tables = [model._meta.db_table for model in older_models()]
    with connection.cursor() as cursor:
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = cursor.fetchone()[0]
    return counts


if __name__ == "__main__":
    sys.exit(main())
