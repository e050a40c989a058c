from django.urls import path

from migration_tracker.bundle import views

app_name = "bundle"
urlpatterns = [path("m/<slug:key>/evidence.zip", views.download, name="download")]
