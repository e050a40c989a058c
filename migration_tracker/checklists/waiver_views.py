"""Asking for waivers, deciding on them, and all that a migration ever had."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import DECIDE, WAIVE
from migration_tracker.checklists import queries, waiving
from migration_tracker.checklists.errors import ChecklistError, Overtaken
from migration_tracker.checklists.forms import AskForm, DecisionForm
from migration_tracker.checklists.models import Waiver
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Worker


def _migration_of(pk: int) -> str | None:
    return Waiver.objects.filter(pk=pk).values_list("worker__migration__key", flat=True).first()


PAGE = 25  # of those that are over


@require_http_methods(["GET", "HEAD", "POST"])
@requires(WAIVE)
def ask(request: SignedInRequest, key: str, name: str, item: str) -> HttpResponse:
    worker = get_object_or_404(Worker.objects.select_related("migration"), migration__key=key, name=name)
    form = AskForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                waiving.ask(worker, item, by=request.user, **form.cleaned_data)
            except ChecklistError as error:
                form.add_error(None, str(error))
                status = 409 if isinstance(error, Overtaken) else 422
            else:
                messages.info(request, "Asked for. It counts once a lead other than you has approved it.")
                return redirect(worker)
    observation = inventory.current(worker)
    context = {
        "migration": worker.migration,
        "worker": worker,
        "item": queries.item(observation, item) if observation else None,
        "form": form,
    }
    return render(request, "checklists/ask_waiver.html", context, status=status)


@require_POST
@requires(DECIDE, of=_migration_of)
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    waiver = _found(pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Not recorded: choose to approve or to decline.")
        return _back(waiver)
    try:
        waiving.decide(waiver, by=request.user, **form.cleaned_data)
    except ChecklistError as error:
        messages.error(request, str(error))
    return _back(waiver)


@require_POST
@requires(WAIVE, of=_migration_of)
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    waiver = _found(pk)
    try:
        waiving.withdraw(waiver, by=request.user)
    except ChecklistError as error:
        messages.error(request, str(error))
    return _back(waiver)


@require_GET
def waivers(request: HttpRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    scan = inventory.latest_scan(migration)
    titles = {item.key: item.title for item in scan.definition.items} if scan else {}

    def titled(found: Iterable[Waiver]) -> list[tuple[Waiver, str]]:
        return [(waiver, titles.get(waiver.item, waiver.item)) for waiver in found]

    known = queries.waivers(migration)
    still = titled(known.filter(pk__in=Waiver.objects.open().filter(worker__migration=migration)))
    over = known.exclude(pk__in=Waiver.objects.open().filter(worker__migration=migration))
    page = Paginator(over, PAGE).get_page(request.GET.get("page"))
    context = {
        "migration": migration,
        "waiting": [pair for pair in still if pair[0].asked],
        "standing": [pair for pair in still if pair[0].stands],
        "over": titled(page),
        "page": page,
    }
    return render(request, "checklists/waivers.html", context)


def _found(pk: int) -> Waiver:
    return get_object_or_404(Waiver.objects.select_related("worker__migration", "asked_by"), pk=pk)


def _back(waiver: Waiver) -> HttpResponse:
    return redirect("checklists:waivers", waiver.worker.migration.key)
