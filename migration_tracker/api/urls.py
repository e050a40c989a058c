"""The API under /api/v1/, with its OpenAPI document beside it."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from ninja import NinjaAPI

from migration_tracker.api import asking, board, reading
from migration_tracker.api.badge import badge
from migration_tracker.api.rate import OfEach

# No page to try it on: that would load scripts from elsewhere, which the pages' policy forbids.
api = NinjaAPI(title="Migration Tracker", version="1", docs_url=None, urls_namespace="api", throttle=OfEach())
api.add_router("", reading.router)
api.add_router("", board.router)
api.add_router("", asking.router)

_patterns = api.urls[0]
for _pattern in _patterns:
    if _pattern.callback is not None:
        login_not_required(_pattern.callback)  # who brings no token gets a 401, not the sign-in page

app_name = "api"
urlpatterns = [path("migrations/<slug:key>/badge.svg", badge, name="badge"), *_patterns]
