from django.apps import AppConfig


class ClosingConfig(AppConfig):
    name = "migration_tracker.closing"
