from django.urls import path

from migration_tracker.smoke import schedule_views, views

app_name = "smoke"
urlpatterns = [
    path("m/<slug:key>/smoke", views.run_all, name="run_all"),
    path("m/<slug:key>/smoke/failed", views.run_failed, name="run_failed"),
    path("m/<slug:key>/smoke/cancel", views.cancel_all, name="cancel_all"),
    path("m/<slug:key>/w/<path:name>/smoke", views.run, name="run"),
    path("m/<slug:key>/schedules", schedule_views.page, name="schedules"),
    path("schedules/<int:pk>/", schedule_views.change, name="change_schedule"),
    path("schedules/<int:pk>/remove", schedule_views.remove, name="remove_schedule"),
    path("smoke/<int:pk>/", views.run_page, name="run_page"),
    path("smoke/<int:pk>/cancel", views.cancel, name="cancel"),
]
