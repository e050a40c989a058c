"""Answers probes before anything else looks at the request: they come by address, by no name that is allowed,
and without HTTPS."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from migration_tracker.operations.urls import urlpatterns

_PATHS = frozenset(f"/{pattern.pattern}" for pattern in urlpatterns)


class ProbeMiddleware:
    """Calls the view of a path in `operations.urls` straight away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in _PATHS:
            return self._answer(request)
        match = resolve(request.path_info)
        answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return answer
