from django.apps import AppConfig


class SmokeConfig(AppConfig):
    name = "migration_tracker.smoke"

    def ready(self) -> None:
        from migration_tracker.inventory.signals import scan_stored
        from migration_tracker.smoke import renewal
        from migration_tracker.smoke.signals import run_ended

        scan_stored.connect(renewal.hear_scan, dispatch_uid="smoke")
        run_ended.connect(renewal.hear_run, dispatch_uid="smoke")
