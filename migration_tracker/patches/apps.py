from django.apps import AppConfig


class PatchesConfig(AppConfig):
    name = "migration_tracker.patches"
