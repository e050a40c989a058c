from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "migration_tracker.dashboard"

    def ready(self) -> None:
        from migration_tracker.audit.signals import recorded
        from migration_tracker.dashboard import standings
        from migration_tracker.inventory.signals import history_stored
        from migration_tracker.smoke.signals import runs_moved

        recorded.connect(standings.hear_entry)
        history_stored.connect(standings.hear_history)
        runs_moved.connect(standings.hear_runs)
