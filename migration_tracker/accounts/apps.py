from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "migration_tracker.accounts"
