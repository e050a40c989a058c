"""Ticking an item, with htmx and without."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import TICK
from migration_tracker.checklists import queries, services
from migration_tracker.checklists.errors import ChecklistError, Overtaken
from migration_tracker.checklists.forms import TickForm
from migration_tracker.checklists.queries import ItemState
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Worker

CHANGED = "worker-changed"


@require_POST
@requires(TICK)
def tick(request: SignedInRequest, key: str, name: str, item: str) -> HttpResponse:
    worker = get_object_or_404(Worker.objects.select_related("migration"), migration__key=key, name=name)
    form = TickForm(request.POST)
    state, trouble, status = None, "", 200
    if form.is_valid():
        try:
            state = services.tick(worker, item, by=request.user, **form.cleaned_data)
        except ChecklistError as error:
            trouble, status = str(error), 409 if isinstance(error, Overtaken) else 422
    else:
        faults = " ".join(str(fault) for faults in form.errors.values() for fault in faults)
        trouble, status = f"Not recorded: {faults}", 422
    if request.htmx:
        state = state or _present(worker, item)
        return trigger_client_event(_item(request, worker, state, trouble, status), CHANGED)
    if trouble:
        messages.error(request, trouble)
    return redirect(worker)


def _present(worker: Worker, key: str) -> ItemState | None:
    observation = inventory.current(worker)
    return queries.item(observation, key) if observation else None


def _item(
    request: HttpRequest, worker: Worker, state: ItemState | None, trouble: str, status: int
) -> HttpResponse:
    if state is None:  # there is no such item any more that could be shown, so the words stand alone
        return HttpResponse(trouble, status=status, content_type="text/plain")
    context = {
        "migration": worker.migration,
        "worker": worker,
        "item": state,
        "trouble": trouble,
        "note": request.POST.get("note", "") if trouble else "",
    }
    return render(request, "checklists/_item.html", context, status=status)
