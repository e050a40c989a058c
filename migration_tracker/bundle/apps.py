from django.apps import AppConfig


class BundleConfig(AppConfig):
    name = "migration_tracker.bundle"
