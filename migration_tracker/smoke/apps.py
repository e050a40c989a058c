from django.apps import AppConfig
from django.db.models.signals import post_save


class SmokeConfig(AppConfig):
    name = "migration_tracker.smoke"

    def ready(self) -> None:
        from migration_tracker.inventory.models import Migration
        from migration_tracker.inventory.signals import scan_stored
        from migration_tracker.smoke import breakages, renewal, schedules
        from migration_tracker.smoke.signals import run_ended

        scan_stored.connect(renewal.hear_scan, dispatch_uid="smoke")
        run_ended.connect(renewal.hear_run, dispatch_uid="smoke")
        run_ended.connect(breakages.hear_run, dispatch_uid="breakages")
        post_save.connect(schedules.nightly, sender=Migration, dispatch_uid="smoke")
