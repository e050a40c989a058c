from django.urls import path

from migration_tracker.smoke import views

app_name = "smoke"
urlpatterns = [
    path("m/<slug:key>/smoke", views.run_all, name="run_all"),
    path("m/<slug:key>/w/<path:name>/smoke", views.run, name="run"),
    path("smoke/<int:pk>/", views.run_page, name="run_page"),
    path("smoke/<int:pk>/cancel", views.cancel, name="cancel"),
]
