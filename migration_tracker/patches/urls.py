from django.urls import path

from migration_tracker.patches import views

app_name = "patches"
urlpatterns = [
    path("m/<slug:key>/w/<path:name>/patch", views.ask, name="ask"),
    path("patches/<int:pk>/", views.page, name="page"),
    path("patches/<int:pk>/cancel", views.cancel, name="cancel"),
    path("patches/<int:pk>/mail", views.download, name="download"),
    path("patches/<int:pk>/remote", views.remote, name="remote"),
    path("patches/<int:pk>/push", views.push, name="push"),
]
