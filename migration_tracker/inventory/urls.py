from django.urls import path

from migration_tracker.inventory import views

app_name = "inventory"
urlpatterns = [path("m/<slug:key>/scan", views.scan, name="scan")]
