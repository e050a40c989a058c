from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "migration_tracker.inventory"

    def ready(self) -> None:
        from migration_tracker import celery  # noqa: F401 - makes it the application that tasks are sent by
