"""What probes and Prometheus ask; none of it needs a sign-in, and none of it says more than it must."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from migration_tracker.operations import guard
from migration_tracker.operations.checks import database, queue
from migration_tracker.operations.diagnosis import Diagnosis
from migration_tracker.operations.metrics import web
from migration_tracker.operations.metrics.rows import Rows

_CLOSED = "Set METRICS_TOKEN or METRICS_ALLOWED_ADDRESSES, or send the token (docs/operations.md)."


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers; it asks nothing else, since only a restart would help it."""
    return JsonResponse({"alive": True})


@login_not_required
@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """200 when requests can be served here, else 503 with what is in the way."""
    found = list(_readiness())
    ready = all(one.well for one in found)
    answer = {"ready": ready, "checks": {one.subject: one.summary for one in found}}
    return JsonResponse(answer, status=200 if ready else 503)


def _readiness() -> Iterable[Diagnosis]:
    yield (reached := database.reachable())
    if reached.well:
        yield database.migrated()
    yield queue.broker()


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus's text format."""
    if not guard.may_read(request):
        return HttpResponse(_CLOSED, status=403, content_type="text/plain")
    rows = CollectorRegistry()
    rows.register(Rows())
    return HttpResponse(
        generate_latest(web.registry()) + generate_latest(rows), content_type=CONTENT_TYPE_LATEST
    )
