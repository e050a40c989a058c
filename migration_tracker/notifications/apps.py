from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "migration_tracker.notifications"

    def ready(self) -> None:
        from migration_tracker.checklists.signals import waiver_lapsed
        from migration_tracker.inventory.signals import scan_stored, worker_assigned
        from migration_tracker.notifications import hearing
        from migration_tracker.smoke.signals import run_ended

        run_ended.connect(hearing.hear_run, dispatch_uid="notifications")
        scan_stored.connect(hearing.hear_scan, dispatch_uid="notifications")
        waiver_lapsed.connect(hearing.hear_waiver, dispatch_uid="notifications")
        worker_assigned.connect(hearing.hear_assignment, dispatch_uid="notifications")
