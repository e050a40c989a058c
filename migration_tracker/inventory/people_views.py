"""Who may do what in one migration."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from migration_tracker.accounts import giving
from migration_tracker.accounts.errors import CannotGive
from migration_tracker.accounts.forms import RoleForm
from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.models import Membership, User
from migration_tracker.accounts.roles import ROLE
from migration_tracker.inventory.models import Migration


@require_GET
def people(request: SignedInRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    roles = giving.gives(request.user, key)
    context = {
        "migration": migration,
        "members": Membership.objects.filter(migration=key).select_related("user"),
        "everywhere": User.objects.filter(is_active=True, groups__isnull=False)
        .distinct()
        .prefetch_related("groups")
        .order_by("username"),
        "roles": roles,
        "form": RoleForm(roles),
    }
    return render(request, "inventory/people.html", context)


@require_POST
@requires(ROLE)
def give(request: SignedInRequest, key: str) -> HttpResponse:
    get_object_or_404(Migration, key=key)
    form = RoleForm(giving.gives(request.user, key), request.POST)
    if not form.is_valid():
        messages.error(request, "Not recorded: name somebody, and a role below your own.")
        return redirect("inventory:people", key)
    try:
        giving.give(form.cleaned_data["name"], key, form.cleaned_data["role"], by=request.user)
    except CannotGive as error:
        messages.error(request, str(error))
    return redirect("inventory:people", key)
