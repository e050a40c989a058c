"""The administrators' page of whose code may run here."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import CODE
from migration_tracker.inventory import code
from migration_tracker.inventory.models import Migration


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CODE)
def page(request: HttpRequest) -> HttpResponse:
    """Every migration; a post allows or forbids the code of one."""
    if request.method == "POST":
        migration = Migration.objects.filter(key=request.POST.get("migration", "")).first()
        if migration is None:
            messages.error(request, "Not recorded: name a migration.")
        else:
            allowed = request.POST.get("allowed") == "yes"
            code.allow(migration, allowed, by=cast("SignedInRequest", request).user)
        return redirect("inventory:code")
    return render(request, "inventory/code.html", {"migrations": Migration.objects.all()})
