from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "migration_tracker.dashboard"
