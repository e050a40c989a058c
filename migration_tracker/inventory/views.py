"""Asking for a scan, and giving a worker to somebody."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, trigger_client_event

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import ASSIGN, SCAN
from migration_tracker.inventory import assigning, services
from migration_tracker.inventory.errors import Overtaken
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
        return _refused(request, worker, f"Not recorded: {trouble}", 422)
    try:
        assigning.assign(worker, by=request.user, **form.cleaned_data)
    except Overtaken as error:
        wrote = ", ".join(
            f"{name} {form[name].data}" for name in ("owner", "due", "issue") if form[name].data
        )
        return _refused(request, worker, f"{error} You wrote: {wrote or 'nothing'}.", 409)
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), ASSIGNED)
    return redirect(worker)


def _refused(request: SignedInRequest, worker: Worker, text: str, status: int) -> HttpResponse:
    """Say why nothing was recorded, on the page as it is now."""
    messages.error(request, text)
    if not request.htmx:
        return redirect(worker)
    answer = reswap(HttpResponse(text, status=status, content_type="text/plain"), "none")
    return trigger_client_event(answer, ASSIGNED)
