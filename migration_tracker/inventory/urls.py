from django.urls import path

from migration_tracker.inventory import adding_views, code_views, people_views, views, webhook_views

app_name = "inventory"
urlpatterns = [
    path("code/", code_views.page, name="code"),
    path("add/", adding_views.add, name="add"),
    path("hooks/<slug:key>", webhook_views.pushed, name="pushed"),
    path("m/<slug:key>/people", people_views.people, name="people"),
    path("m/<slug:key>/people/give", people_views.give, name="give_role"),
    path("m/<slug:key>/scan", views.scan, name="scan"),
    path("m/<slug:key>/w/<path:name>/assign", views.assign, name="assign"),
]
