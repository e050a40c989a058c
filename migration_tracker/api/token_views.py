"""One's own API tokens."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from migration_tracker.accounts import tokens as services
from migration_tracker.accounts.forms import TokenForm
from migration_tracker.accounts.http import SignedInRequest
from migration_tracker.inventory.queries import readable


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    user = cast("SignedInRequest", request).user
    migrations = [(one.key, one.name) for one in readable(user)]
    form = TokenForm(migrations, request.POST if request.method == "POST" else None)
    secret, status = "", 200
    if request.method == "POST":
        if form.is_valid():
            _, secret = services.make(user, **form.cleaned_data)
            form = TokenForm(migrations)
        else:
            status = 422
    context = {"form": form, "secret": secret, "tokens": user.tokens.all()}
    return render(request, "accounts/tokens.html", context, status=status)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    services.revoke(get_object_or_404(cast("SignedInRequest", request).user.tokens, pk=pk))
    return redirect("tokens")
