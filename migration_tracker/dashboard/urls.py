from django.urls import path

from migration_tracker.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.migrations, name="migrations"),
    path("m/<slug:key>/", views.migration, name="migration"),
    path("m/<slug:key>/w/<path:name>/", views.worker, name="worker"),
]
