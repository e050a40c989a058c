from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "migration_tracker.operations"
