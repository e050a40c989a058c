from django.urls import path

from migration_tracker.inventory import views

app_name = "inventory"
urlpatterns = [
    path("m/<slug:key>/scan", views.scan, name="scan"),
    path("m/<slug:key>/w/<path:name>/assign", views.assign, name="assign"),
]
