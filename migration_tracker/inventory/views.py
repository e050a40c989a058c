"""Asking for a scan, and giving a worker to somebody."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import ASSIGN, SCAN
from migration_tracker.inventory import assigning, services
from migration_tracker.inventory.forms import AssignForm
from migration_tracker.inventory.models import Migration, Worker

CHANGED = "scan-changed"
ASSIGNED = "worker-changed"


@require_POST
@requires(SCAN)
def scan(request: SignedInRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    services.request_scan(migration, by=request.user)
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), CHANGED)
    return redirect(migration)


@require_POST
@requires(ASSIGN)
def assign(request: SignedInRequest, key: str, name: str) -> HttpResponse:
    worker = get_object_or_404(Worker.objects.select_related("migration"), migration__key=key, name=name)
    form = AssignForm.of(worker, request.POST)
    if not form.is_valid():
        trouble = " ".join(f"{field}: {fault}" for field, faults in form.errors.items() for fault in faults)
        if request.htmx:
            return HttpResponse(f"Not recorded: {trouble}", status=422, content_type="text/plain")
        messages.error(request, f"Not recorded: {trouble}")
        return redirect(worker)
    assigning.assign(worker, by=request.user, **form.cleaned_data)
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), ASSIGNED)
    return redirect(worker)
