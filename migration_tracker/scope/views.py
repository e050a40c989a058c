"""The changes of scope that a migration ever had, and what a lead decides on them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import AGREE
from migration_tracker.inventory.models import Migration
from migration_tracker.scope import services
from migration_tracker.scope.errors import ScopeChangeError
from migration_tracker.scope.forms import DecisionForm
from migration_tracker.scope.models import ScopeChange


@require_GET
def changes(request: HttpRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    rows = list(migration.scope_changes.select_related("after", "decided_by"))
    context = {
        "migration": migration,
        "waiting": [one for one in rows if one.unapproved],
        "over": [one for one in rows if not one.unapproved],
    }
    return render(request, "scope/changes.html", context)


@require_POST
@requires(AGREE)
def decide(request: SignedInRequest, key: str, pk: int) -> HttpResponse:
    rows = ScopeChange.objects.select_related("migration", "after")
    change = get_object_or_404(rows, pk=pk, migration__key=key)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Not recorded: approve or decline, and say why in at most 2000 characters.")
        return redirect("scope:changes", key)
    try:
        services.decide(change, by=request.user, **form.cleaned_data)
    except ScopeChangeError as error:
        messages.error(request, str(error))
    return redirect("scope:changes", key)
