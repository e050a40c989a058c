"""Those that were registered so far were registered in a shell, so their code goes on running."""

from django.db import migrations, models


def allow(apps, schema_editor):
    apps.get_model("inventory", "Migration").objects.update(runs_code=True)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_allowances")]

    operations = [
        migrations.AddField(
            "migration",
            "runs_code",
            models.BooleanField(
                default=False,
                db_default=False,
                help_text="Whether its code may run on the tracker's host; see inventory.code.",
            ),
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
