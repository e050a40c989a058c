"""Which address belongs to which app."""

from django.urls import include, path

urlpatterns = [
    path("", include("migration_tracker.accounts.urls")),
    path("", include("migration_tracker.audit.urls")),
    path("", include("migration_tracker.inventory.urls")),
    path("", include("migration_tracker.scope.urls")),
    path("", include("migration_tracker.checklists.urls")),
    path("", include("migration_tracker.smoke.urls")),
    path("", include("migration_tracker.patches.urls")),
    path("", include("migration_tracker.notifications.urls")),
    path("", include("migration_tracker.bundle.urls")),
    path("", include("migration_tracker.dashboard.urls")),
    path("", include("migration_tracker.closing.urls")),
    path("", include("migration_tracker.operations.urls")),
    path("tokens/", include("migration_tracker.api.token_urls")),
    path("api/v1/", include("migration_tracker.api.urls")),
]
