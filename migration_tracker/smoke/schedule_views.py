"""The page on which leads say when smoke runs are asked for by themselves."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import SCHEDULE
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration
from migration_tracker.smoke import schedules
from migration_tracker.smoke.errors import NoSuchTime
from migration_tracker.smoke.forms import AddForm, ChangeForm
from migration_tracker.smoke.models import Schedule


def _migration_of(pk: int) -> str | None:
    return Schedule.objects.filter(pk=pk).values_list("migration__key", flat=True).first()


@require_http_methods(["GET", "POST"])
def page(request: SignedInRequest, key: str) -> HttpResponseBase:
    return add(request, key) if request.method == "POST" else _page(request, key, None)


@requires(SCHEDULE)
def add(request: SignedInRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    form = AddForm(inventory.latest_scan(migration), request.POST)
    if form.is_valid():
        try:
            schedules.add(migration, **form.when(), **form.meaning(), by=request.user)  # type: ignore[arg-type]
            return redirect("smoke:schedules", key)
        except NoSuchTime as error:
            form.add_error("cron", str(error))
    return _page(request, key, form, status=422)


@require_POST
@requires(SCHEDULE, of=_migration_of)
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(Schedule.objects.select_related("migration", "crontab", "bell"), pk=pk)
    form = ChangeForm(request.POST)
    if form.is_valid():
        try:
            schedules.change(schedule, **form.when(), enabled=form.cleaned_data["enabled"], by=request.user)
        except NoSuchTime as error:
            messages.error(request, f"Nothing was changed. {error}")
    else:
        faults = " ".join(str(fault) for faults in form.errors.values() for fault in faults)
        messages.error(request, f"Nothing was changed. {faults}")
    return redirect("smoke:schedules", schedule.migration.key)


@require_POST
@requires(SCHEDULE, of=_migration_of)
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(Schedule.objects.select_related("migration", "crontab", "bell"), pk=pk)
    schedules.remove(schedule, by=request.user)
    return redirect("smoke:schedules", schedule.migration.key)


def _page(request: SignedInRequest, key: str, form: AddForm | None, status: int = 200) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    found = migration.smoke_schedules.select_related("migration", "worker", "crontab", "set_by")
    context = {
        "migration": migration,
        "schedules": [(one, ChangeForm.of(one)) for one in found],
        "form": form or AddForm(inventory.latest_scan(migration)),
    }
    return render(request, "smoke/schedules.html", context, status=status)
