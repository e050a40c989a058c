from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "migration_tracker.audit"
