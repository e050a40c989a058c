from django.urls import path

from migration_tracker.checklists import views

app_name = "checklists"
urlpatterns = [path("m/<slug:key>/w/<path:name>/items/<slug:item>/tick", views.tick, name="tick")]
