from django.urls import path

from migration_tracker.closing import views

app_name = "closing"
urlpatterns = [
    path("m/<slug:key>/closing", views.page, name="page"),
    path("m/<slug:key>/closing/close", views.close, name="close"),
    path("m/<slug:key>/closing/reopen", views.reopen, name="reopen"),
    path("m/<slug:key>/closing/<int:pk>.zip", views.bundle, name="bundle"),
]
