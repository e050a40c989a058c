"""The page on which a finished migration is closed, and opened again."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import CLOSE, READ, REOPEN
from migration_tracker.closing import services
from migration_tracker.closing.models import Closing
from migration_tracker.closing.services import CannotClose
from migration_tracker.dashboard.board import board
from migration_tracker.inventory.models import Migration


@require_GET
@requires(READ)
def page(request: SignedInRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    context = {
        "migration": migration,
        "lacking": [] if migration.closed_at else services.lacking(board(migration)),
        "closings": migration.closings.select_related("by", "reopened_by"),
        "may_close": request.user.may(CLOSE, key),
        "may_reopen": request.user.may(REOPEN, key),
    }
    return render(request, "closing/page.html", context)


@require_POST
@requires(CLOSE)
def close(request: SignedInRequest, key: str) -> HttpResponse:
    try:
        services.close(get_object_or_404(Migration, key=key), by=request.user)
    except CannotClose as error:
        messages.error(request, str(error))
    return redirect("closing:page", key)


@require_POST
@requires(REOPEN)
def reopen(request: SignedInRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    try:
        services.reopen(migration, by=request.user, reason=request.POST.get("reason", "")[:2000])
    except CannotClose as error:
        messages.error(request, str(error))
    return redirect("closing:page", key)


@require_GET
@requires(READ)
def bundle(_request: SignedInRequest, key: str, pk: int) -> FileResponse:
    """The bundle as it was frozen."""
    closing = get_object_or_404(Closing, pk=pk, migration__key=key)
    name = f"{key}-evidence-{closing.at:%Y-%m-%d}.zip"
    return FileResponse(services.path_of(closing).open("rb"), as_attachment=True, filename=name)
