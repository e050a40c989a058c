"""Asking for a scan."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import SCAN
from migration_tracker.inventory import services
from migration_tracker.inventory.models import Migration

CHANGED = "scan-changed"


@require_POST
@requires(SCAN)
def scan(request: SignedInRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    services.request_scan(migration, by=request.user)
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), CHANGED)
    return redirect(migration)
