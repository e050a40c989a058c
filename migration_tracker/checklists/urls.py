from django.urls import path

from migration_tracker.checklists import views, waiver_views

app_name = "checklists"
urlpatterns = [
    path("m/<slug:key>/w/<path:name>/items/<slug:item>/tick", views.tick, name="tick"),
    path("m/<slug:key>/w/<path:name>/items/<slug:item>/waiver", waiver_views.ask, name="ask_waiver"),
    path(
        "m/<slug:key>/phases/<str:phase>/items/<slug:item>/waiver",
        waiver_views.ask_of_phase,
        name="ask_phase_waiver",
    ),
    path("m/<slug:key>/waivers", waiver_views.waivers, name="waivers"),
    path("waivers/<int:pk>/decide", waiver_views.decide, name="decide_waiver"),
    path("waivers/<int:pk>/withdraw", waiver_views.withdraw, name="withdraw_waiver"),
]
