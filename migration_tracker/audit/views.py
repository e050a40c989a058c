"""The audit trail: read, filtered, verified, taken away."""

from typing import cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from migration_tracker.audit import export, verification
from migration_tracker.audit.filters import Reader, TrailFilter, readable

PAGE = 50
FORMATS = {
    "csv": (export.as_csv, "text/csv; charset=utf-8"),
    "jsonl": (export.as_json_lines, "application/jsonl; charset=utf-8"),
}


def _reader(request: HttpRequest) -> Reader:
    return cast("Reader", request.user)


@require_GET
@gzip_page
def trail(request: HttpRequest) -> HttpResponse:
    asked = TrailFilter(request.GET, _reader(request))
    entries = asked.entries()
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:  # as far as a key reaches
        entries = entries.filter(pk__lt=int(before))
    shown = list(entries[: PAGE + 1])
    query = {name: request.GET[name] for name in asked.fields if request.GET.get(name)}
    further = {**query, "before": shown[PAGE - 1].pk} if len(shown) > PAGE else None
    context = {
        "filter": asked,
        "entries": shown[:PAGE],
        "query": urlencode(query),
        "further": urlencode(further) if further else "",
        "first": not before,
    }
    return render(request, "audit/trail.html", context, status=200 if asked.is_valid() else 422)


@require_GET
def take(request: HttpRequest, form: str) -> HttpResponseBase:
    """The entries that the filter shows, as a file; those of one chain in its order."""
    asked = TrailFilter(request.GET, _reader(request))
    if not asked.is_valid():
        return HttpResponse("The filter is not understood.", status=422, content_type="text/plain")
    write, content_type = FORMATS[form]
    lines = write(asked.entries().order_by("pk").iterator(chunk_size=2000))
    name = f'attachment; filename="audit-trail.{form}"'
    return StreamingHttpResponse(lines, content_type=content_type, headers={"Content-Disposition": name})


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Walk one chain, or all; a click and not a link, since it reads every entry."""
    key = request.POST.get("chain", "")
    chains = readable(_reader(request)).order_by("key").values_list("key", flat=True)
    if key and key not in chains:
        raise Http404
    found = [verification.verify(chain) for chain in ([key] if key else chains)]
    context = {"found": found, "flawed": any(one.flaw for one in found), "chain": key}
    return render(request, "audit/verified.html", context)
