from django.apps import AppConfig


class ChecklistsConfig(AppConfig):
    name = "migration_tracker.checklists"

    def ready(self) -> None:
        from migration_tracker.checklists.services import hear_scanner
        from migration_tracker.inventory.signals import scan_stored

        scan_stored.connect(hear_scanner, dispatch_uid="checklists")
