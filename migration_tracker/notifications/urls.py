from django.urls import path

from migration_tracker.notifications import views

app_name = "notifications"
urlpatterns = [
    path("m/<slug:key>/notifications", views.page, name="page"),
    path("channels/<int:pk>/change", views.change, name="change"),
    path("channels/<int:pk>/test", views.test, name="test"),
    path("channels/<int:pk>/remove", views.remove, name="remove"),
]
