from django.apps import AppConfig


class ScopeConfig(AppConfig):
    name = "migration_tracker.scope"

    def ready(self) -> None:
        from migration_tracker.inventory.signals import scan_stored
        from migration_tracker.scope.noticing import hear_scanner

        scan_stored.connect(hear_scanner, dispatch_uid="scope")
