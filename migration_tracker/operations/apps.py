from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "migration_tracker.operations"

    def ready(self) -> None:
        from migration_tracker.operations import (
            deployment,  # noqa: F401  its checks
            log_context,  # noqa: F401  its receiver
        )
