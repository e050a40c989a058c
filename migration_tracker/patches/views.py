"""Asking for a patch, watching it being proven, taking it away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh, HttpResponseStopPolling, trigger_client_event

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import PATCH, READ, REMOTE
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Worker
from migration_tracker.patches import mail, services
from migration_tracker.patches.errors import PatchError
from migration_tracker.patches.forms import RemoteForm
from migration_tracker.patches.models import Patch, Remote

CHANGED = "patches-changed"


def _migration_of(pk: int) -> str | None:
    return Patch.objects.filter(pk=pk).values_list("worker__migration__key", flat=True).first()


@require_POST
@requires(PATCH)
def ask(request: SignedInRequest, key: str, name: str) -> HttpResponse:
    worker = get_object_or_404(Worker.objects.select_related("migration"), migration__key=key, name=name)
    try:
        patch = services.request(worker, by=request.user)
    except PatchError as error:
        messages.error(request, str(error))
        return HttpResponseClientRefresh() if request.htmx else redirect(worker)
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), CHANGED)
    return redirect(patch)


@require_GET
@requires(READ, of=_migration_of)
def page(request: SignedInRequest, pk: int) -> HttpResponse:
    patch = _found(pk)
    observation = inventory.current(patch.worker)
    pushes = list(patch.pushes.all())
    context = {
        "patch": patch,
        "worker": patch.worker,
        "migration": patch.worker.migration,
        "stale": observation is not None and observation.fingerprint != patch.fingerprint,
        "pushes": pushes,
        "remote": Remote.objects.filter(migration=patch.worker.migration).first(),
        "busy": patch.active or any(push.active for push in pushes),
    }
    if not request.htmx:
        return render(request, "patches/patch.html", context)
    response = render(request, "patches/_patch.html", context)
    if not context["busy"]:
        response.status_code = HttpResponseStopPolling.status_code
    return response


@require_GET
@requires(READ, of=_migration_of)
def download(request: SignedInRequest, pk: int) -> HttpResponse:
    patch = _found(pk)
    if not patch.offered:
        messages.error(request, f"The {patch} has no change to download.")
        return redirect(patch)
    return HttpResponse(
        mail.mail(patch),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{slugify(patch.worker.name)}-{pk}.patch"'},
    )


@require_POST
@requires(PATCH, of=_migration_of)
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    patch = _found(pk)
    if not services.cancel(patch, by=request.user):
        messages.info(request, "It was over already; nothing was cancelled.")
    return redirect(patch)


@require_POST
@requires(PATCH, of=_migration_of)
def push(request: SignedInRequest, pk: int) -> HttpResponse:
    patch = _found(pk)
    try:
        services.request_push(patch, by=request.user)
    except PatchError as error:
        messages.error(request, str(error))
    return redirect(patch)


@require_POST
@requires(REMOTE, of=_migration_of)
def remote(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say where the branches of a patch's migration may be pushed."""
    patch = _found(pk)
    form = RemoteForm(request.POST)
    if form.is_valid():
        services.set_remote(patch.worker.migration, form.cleaned_data["url"], by=request.user)
    else:
        messages.error(request, " ".join(map(str, form.errors["url"])))
    return redirect(patch)


def _found(pk: int) -> Patch:
    patches = Patch.objects.select_related("worker__migration", "requested_by").prefetch_related("steps")
    patch: Patch = get_object_or_404(patches, pk=pk)
    return patch
