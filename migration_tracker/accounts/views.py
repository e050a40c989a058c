"""Who may do what everywhere."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from migration_tracker.accounts import giving
from migration_tracker.accounts.errors import CannotGive
from migration_tracker.accounts.forms import RoleForm
from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.models import User
from migration_tracker.accounts.roles import PEOPLE, ROLES


@require_http_methods(["GET", "HEAD", "POST"])
@requires(PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, with the role they have in the installation; a post gives somebody another."""
    user = cast("SignedInRequest", request).user
    if request.method == "POST":
        form = RoleForm(ROLES, request.POST)
        if not form.is_valid():
            messages.error(request, "Not recorded: name somebody and a role.")
        else:
            try:
                giving.give_everywhere(form.cleaned_data["name"], form.cleaned_data["role"], by=user)
            except CannotGive as error:
                messages.error(request, str(error))
        return redirect("people")
    context = {
        "people": User.objects.order_by("username")
        .select_related("identity")
        .prefetch_related("groups", "memberships"),
        "roles": list(ROLES),
        "make": giving.MAKE,
    }
    return render(request, "accounts/people.html", context)
