"""Whoever is not signed in is asked to, and comes back to a page, never to the address of a form."""

from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.http.response import HttpResponseRedirectBase
from django_htmx.http import HttpResponseClientRedirect

from migration_tracker.accounts.http import SignedInRequest, View, enter

NOT_RECORDED = "You are not signed in, so this was not recorded. Sign in, then do it again."


class SignInMiddleware(LoginRequiredMiddleware):
    """Django's own leads who sent a form back to its bare address, and does not say that it was lost.

    Every address that names a migration by its `key` is closed here to those who may not see that migration,
    whatever else its view asks.
    """

    def process_view(
        self, request: HttpRequest, view_func: View, view_args: tuple[Any, ...], view_kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if any("\0" in part for part in view_kwargs.values() if isinstance(part, str)):
            raise Http404("no name holds a null character, and PostgreSQL refuses to look one up")
        answer: HttpResponseBase | None = super().process_view(request, view_func, view_args, view_kwargs)
        closed = getattr(view_func, "login_required", True)
        if answer is None and closed and "key" in view_kwargs:
            enter(request, view_kwargs["key"])
        return answer

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: View
    ) -> HttpResponseRedirectBase:
        asks = request.method in ("GET", "HEAD")
        if not asks:
            messages.warning(request, NOT_RECORDED)
        by_htmx = bool(cast("SignedInRequest", request).htmx)
        page = request.get_full_path() if asks and not by_htmx else _sender(request)
        answer = redirect_to_login(page, self.get_login_url(view_func))
        return HttpResponseClientRedirect(answer.url) if by_htmx else answer


def _sender(request: HttpRequest) -> str:
    """The page that sent the request, without its host; the sign-in page checks where it leads."""
    return urlsplit(request.headers.get("Referer", ""))._replace(scheme="", netloc="").geturl() or "/"
