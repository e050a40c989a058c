"""The page on which an administrator adds a migration."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import ADD
from migration_tracker.inventory import adding, credentials, services
from migration_tracker.inventory.errors import CannotRegister
from migration_tracker.inventory.forms import AddForm

SHOWN = 30


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ADD)
def add(request: SignedInRequest) -> HttpResponse:
    """Look at a repository and say what is wrong with its definition, or what would be added; then add it."""
    form = AddForm(credentials.names(), request.POST if request.method == "POST" else None)
    found, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            place = adding.Place.of(form.cleaned_data["place"], form.cleaned_data["access"])
            try:
                if "add" in request.POST:
                    migration = adding.add(place, by=request.user, limits=adding.ON_A_PAGE)
                    services.request_scan(migration, by=request.user)
                    messages.info(request, f"{migration} is added; its first scan is queued.")
                    return redirect(migration)
                found, status = adding.look(place, adding.ON_A_PAGE), 200
            except CannotRegister as error:
                form.add_error("place", str(error))
    context = {"form": form, "found": found, "shown": SHOWN}
    return render(request, "inventory/add.html", context, status=status)
