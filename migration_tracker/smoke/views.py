"""Starting, watching and cancelling smoke runs."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh, HttpResponseStopPolling, trigger_client_event

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import READ, SMOKE
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.smoke import pruning, services
from migration_tracker.smoke.errors import SmokeError
from migration_tracker.smoke.forms import RunForm
from migration_tracker.smoke.models import Result, SmokeRun

CHANGED = "runs-changed"


def _migration_of(pk: int) -> str | None:
    return SmokeRun.objects.filter(pk=pk).values_list("worker__migration__key", flat=True).first()


@require_POST
@requires(SMOKE)
def run(request: SignedInRequest, key: str, name: str) -> HttpResponse:
    worker = get_object_or_404(Worker.objects.select_related("migration"), migration__key=key, name=name)
    return _ask(request, worker, lambda transports: services.request(worker, transports, by=request.user))


@require_POST
@requires(SMOKE)
def run_all(request: SignedInRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    return _ask(request, migration, lambda ts: services.request_all(migration, ts, by=request.user))


@require_POST
@requires(SMOKE)
def run_failed(request: SignedInRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    try:
        runs = services.request_failed(migration, by=request.user)
    except SmokeError as error:
        return _say(request, migration, str(error))
    if not runs:
        return _say(request, migration, "Nothing was started: nothing fails, and no run could not tell.")
    return _started(request, migration)


@require_POST
@requires(SMOKE)
def cancel_all(request: SignedInRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    if not services.cancel_all(migration, by=request.user):
        return _say(request, migration, "Nothing was cancelled: no run is under way.")
    return _started(request, migration)


@require_GET
@requires(READ, of=_migration_of)
def run_page(request: SignedInRequest, pk: int) -> HttpResponse:
    runs = SmokeRun.objects.select_related("worker__migration", "requested_by").prefetch_related(
        "stages", "attempts"
    )
    smoke_run = get_object_or_404(runs, pk=pk)
    observation = inventory.current(smoke_run.worker)
    demanded = observation.scan.definition.smoke.proves if observation else ""
    short = smoke_run.result == Result.PASSED and bool(demanded) and not smoke_run.reaches(demanded)
    context = {
        "run": smoke_run,
        "short": short,
        "demanded": demanded,
        "log_kept_since": pruning.kept_since(),
        "worker": smoke_run.worker,
        "migration": smoke_run.worker.migration,
        "stale": observation is not None and observation.fingerprint != smoke_run.fingerprint,
    }
    if not request.htmx:
        return render(request, "smoke/run.html", context)
    response = render(request, "smoke/_run.html", context)
    if not smoke_run.active:
        response.status_code = HttpResponseStopPolling.status_code
    return response


@require_POST
@requires(SMOKE, of=_migration_of)
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    smoke_run = get_object_or_404(SmokeRun.objects.select_related("worker__migration"), pk=pk)
    if not services.cancel(smoke_run, by=request.user):
        messages.info(request, "The run was over already; nothing was cancelled.")
    return redirect(smoke_run)


def _ask(
    request: SignedInRequest, back: Migration | Worker, ask: Callable[[list[str]], list[SmokeRun]]
) -> HttpResponse:
    form = RunForm(request.POST)
    if not form.is_valid():
        return _say(request, back, "Nothing was started: choose kafka, eventhub or both.")
    try:
        runs = ask(form.transports())
    except SmokeError as error:
        return _say(request, back, str(error))
    if not runs:
        return _say(request, back, "Nothing was started: no scan has found a worker yet.")
    return _started(request, back)


def _started(request: SignedInRequest, back: Migration | Worker) -> HttpResponse:
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), CHANGED)
    return redirect(back)


def _say(request: SignedInRequest, back: Migration | Worker, trouble: str) -> HttpResponse:
    messages.error(request, trouble)
    return HttpResponseClientRefresh() if request.htmx else redirect(back)
