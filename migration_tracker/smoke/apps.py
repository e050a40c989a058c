from django.apps import AppConfig


class SmokeConfig(AppConfig):
    name = "migration_tracker.smoke"
