from django.urls import path

from migration_tracker.scope import views

app_name = "scope"
urlpatterns = [
    path("m/<slug:key>/scope", views.changes, name="changes"),
    path("m/<slug:key>/scope/<int:pk>/decide", views.decide, name="decide"),
]
