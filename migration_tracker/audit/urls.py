from django.urls import path, re_path

from migration_tracker.audit import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.trail, name="trail"),
    path("audit/verify", views.verify, name="verify"),
    re_path(r"^audit/trail\.(?P<form>csv|jsonl)$", views.take, name="take"),
]
