"""Counts and times the requests of this process.

With several web processes on a host each writes into the folder that PROMETHEUS_MULTIPROC_DIR names, and
whichever is asked adds them up; `migration_tracker.gunicorn` makes that folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from time import perf_counter

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.multiprocess import MultiProcessCollector

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, that nobody asks for
OWN = CollectorRegistry()
REQUESTS = Counter("tracker_http_requests", "Requests answered.", ["view", "method", "status"], registry=OWN)
SECONDS = Histogram(
    "tracker_http_request_seconds",
    "How long the answers took to make.",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=OWN,
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetrics:
    """Middleware. A view is named as its route is, so that nobody makes up new names by asking for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        answer = self._answer(request)
        match = request.resolver_match
        view = match.route or "/" if match else "none"
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(view, method, str(answer.status_code)).inc()
        SECONDS.labels(view).observe(perf_counter() - began)
        return answer


def registry() -> CollectorRegistry:
    """The requests of all web processes of this host."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return OWN
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together
