"""Asking for waivers, deciding on them, and all that a migration ever had."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import DECIDE, WAIVE
from migration_tracker.checklists import queries, waiving
from migration_tracker.checklists.errors import ChecklistError, Overtaken
from migration_tracker.checklists.forms import AskForm, DecisionForm
from migration_tracker.checklists.models import Waiver, WaiverState
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Worker


def _migration_of(pk: int) -> str | None:
    found = Waiver.objects.filter(pk=pk).values_list("worker__migration__key", "migration__key").first()
    return next(filter(None, found), None) if found else None


PAGE = 25  # of each kind
MOST_DIGITS = 18  # as far as a key reaches


@require_http_methods(["GET", "HEAD", "POST"])
@requires(WAIVE)
def ask(request: SignedInRequest, key: str, name: str, item: str) -> HttpResponse:
    worker = get_object_or_404(Worker.objects.select_related("migration"), migration__key=key, name=name)

    def shown() -> dict[str, object]:
        observation = inventory.current(worker)
        state = queries.item(observation, item) if observation else None
        return {
            "migration": worker.migration,
            "of": worker.name,
            "back": worker.get_absolute_url(),
            "item": state,
        }

    return _ask(request, partial(waiving.ask, worker, item), worker.get_absolute_url(), shown)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(WAIVE)
def ask_of_phase(request: SignedInRequest, key: str, phase: str, item: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    back = f"{migration.get_absolute_url()}#phase-{phase}"

    def shown() -> dict[str, object]:
        scan = inventory.latest_scan(migration)
        known = scan.definition.phases if scan else ()
        title = next((one.title for one in known if one.key == phase), phase)
        state = queries.phase_item(migration, phase, item)
        return {"migration": migration, "of": f"the phase “{title}”", "back": back, "item": state}

    return _ask(request, partial(waiving.ask_of_phase, migration, phase, item), back, shown)


def _ask(
    request: SignedInRequest,
    ask_for: Callable[..., Waiver],
    back: str,
    shown: Callable[[], dict[str, object]],
) -> HttpResponse:
    """The form that asks for a waiver, and what becomes of it."""
    form = AskForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                ask_for(by=request.user, **form.cleaned_data)
            except ChecklistError as error:
                form.add_error(None, str(error))
                status = 409 if isinstance(error, Overtaken) else 422
            else:
                messages.info(request, "Asked for. It counts once a lead other than you has approved it.")
                return redirect(back)
    return render(request, "checklists/ask_waiver.html", {**shown(), "form": form}, status=status)


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
    titles = {("", item.key): item.title for item in scan.definition.items} if scan else {}
    for phase in scan.definition.phases if scan else ():
        titles |= {(phase.key, item.key): item.title for item in phase.items}

    def part(name: str, found: QuerySet[Waiver]) -> Part:
        pages = Paginator(found, PAGE)
        page = pages.get_page(request.GET.get(name) or _page_of(request.GET.get("waiver", ""), found))
        shown = [(waiver, titles.get((waiver.phase, waiver.item), waiver.item)) for waiver in page]
        return Part(name, shown, page, request.GET)

    known = queries.waivers(migration)
    still = Waiver.objects.open().filter(pk__in=known.values("pk"))
    context = {
        "migration": migration,
        "waiting": part("waiting", known.filter(pk__in=still, state=WaiverState.ASKED)),
        "standing": part("standing", known.filter(pk__in=still, state=WaiverState.APPROVED)),
        "over": part("over", known.exclude(pk__in=still)),
    }
    return render(request, "checklists/waivers.html", context)


@dataclass(frozen=True, slots=True)
class Part:
    """A page of the waivers of one kind, each with its item's title; its number is asked for by `name`."""

    name: str
    shown: Sequence[tuple[Waiver, str]]
    page: Page[Waiver]
    query: QueryDict

    @property
    def before(self) -> str:
        return self._numbered(self.page.previous_page_number())

    @property
    def after(self) -> str:
        return self._numbered(self.page.next_page_number())

    def _numbered(self, number: int) -> str:
        """Where the page of this number is; the other kinds stay where they are."""
        others = {key: value for key, value in self.query.items() if key not in (self.name, "waiver")}
        return f"?{urlencode({**others, self.name: number})}"


def _page_of(asked: str, found: QuerySet[Waiver]) -> int:
    """The number of the page that a waiver is on, the latest being first; 1 if it is not among them."""
    if not asked.isdecimal() or len(asked) > MOST_DIGITS or not found.filter(pk=int(asked)).exists():
        return 1
    return found.filter(pk__gt=int(asked)).count() // PAGE + 1


def _found(pk: int) -> Waiver:
    return get_object_or_404(
        Waiver.objects.select_related("worker__migration", "migration", "asked_by"), pk=pk
    )


def _back(waiver: Waiver) -> HttpResponse:
    return redirect("checklists:waivers", waiver.home.key)
