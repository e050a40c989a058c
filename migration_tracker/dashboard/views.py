"""The pages a team reads."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from migration_tracker.accounts.http import SignedInRequest
from migration_tracker.audit import queries as audit
from migration_tracker.checklists import queries as checklists
from migration_tracker.dashboard.board import board
from migration_tracker.dashboard.burndown import burn_down
from migration_tracker.dashboard.evidence import shown
from migration_tracker.dashboard.filters import MatrixFilter
from migration_tracker.dashboard.lines import Detail
from migration_tracker.dashboard.movement import STUCK_AFTER, slipped, stuck
from migration_tracker.dashboard.overview import overview
from migration_tracker.dashboard.past import board_then, then
from migration_tracker.dashboard.worker import worker_context
from migration_tracker.installation import command
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.inventory.queries import readable
from migration_tracker.jobs import State
from migration_tracker.smoke.queries import under_way

RECENT = 12
MOST_NAMED = 12


@require_GET
@gzip_page
def migrations(request: HttpRequest) -> HttpResponse:
    seen = overview(readable(cast("SignedInRequest", request).user))
    context = {"overview": seen, "register": command("register PATH")}
    return render(request, "dashboard/migrations.html", context)


@require_GET
@gzip_page
def migration(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Migration, key=key)
    asked = request.GET.get("at", "")
    at = then(found, asked) if asked else None
    if asked and at is None:
        raise Http404(f"No scan and no step of the history is of a commit “{asked[:40]}”.")
    whole = board_then(found, at) if at else board(found)
    matrix = MatrixFilter(whole, request.GET, request.user.get_username())
    went_back, left_alone = slipped(whole.lines), stuck(whole.lines)
    trail = audit.of_chain(found.chain)
    if at:
        trail = trail.filter(at__lte=at.until)
    context = {
        "migration": found,
        "scan": whole.scan,
        "pending_scan": whole.pending_scan,
        "failed_scan": whole.failed_scan,
        "progress": whole.progress,
        "phases": whole.phases,
        "domains": whole.roll.domains,
        "criteria": shown(whole),
        "matrix": matrix.page(),
        "filter": matrix,
        "disagreements": whole.disagreements(MOST_NAMED),
        "disputed": len(whole.roll.disputed),
        "burndown": burn_down(found, whole.changes),
        "unapproved": whole.unapproved,
        "slipped": [Detail(line, key) for line in went_back[:MOST_NAMED]],
        "slipped_count": len(went_back),
        "stuck": [(Detail(one.line, key), one.since) for one in left_alone[:MOST_NAMED]],
        "stuck_count": len(left_alone),
        "most_named": MOST_NAMED,
        "stuck_days": STUCK_AFTER.days,
        "waivers_waiting": 0 if at else checklists.waiting(found).count(),
        "activity": trail[:RECENT],
        "at": at,
        "at_query": f"at={at.commit}&" if at else "",
        "scanned_commits": _scanned(found),
        "busy": whole.busy,
        "under_way": under_way(found) if whole.busy and not at else None,
        "failing": whole.roll.failing,
    }
    if at:
        context |= {"may_scan": False, "may_smoke": False}  # nothing is done in the past
    return render(request, "dashboard/migration.html", context)


def _scanned(migration: Migration) -> list[str]:
    """The commits of the last scans, to choose from."""
    scans = migration.scans.filter(state=State.DONE, error="").order_by("-pk")
    return list(dict.fromkeys(scans.values_list("commit", flat=True)[:RECENT]))


@require_GET
@gzip_page
def worker(request: HttpRequest, key: str, name: str) -> HttpResponse:
    found = get_object_or_404(Worker.objects.select_related("migration"), migration__key=key, name=name)
    return render(request, "dashboard/worker.html", worker_context(found))
