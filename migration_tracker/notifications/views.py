"""The page on which leads say who is told of what, and see what became of each message."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from migration_tracker.accounts.http import SignedInRequest, requires
from migration_tracker.accounts.roles import NOTIFY
from migration_tracker.inventory.models import Migration
from migration_tracker.notifications import services
from migration_tracker.notifications.errors import CannotTell
from migration_tracker.notifications.forms import ChangeForm, ChannelForm
from migration_tracker.notifications.models import WEB, Channel, Delivery, Kind

RECENT = 50


def _migration_of(pk: int) -> str | None:
    return Channel.objects.filter(pk=pk).values_list("migration__key", flat=True).first()


@require_http_methods(["GET", "POST"])
@requires(NOTIFY)
def page(request: SignedInRequest, key: str) -> HttpResponse:
    migration = get_object_or_404(Migration, key=key)
    form = ChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        channel = services.add(migration, **form.cleaned_data, by=request.user)
        if channel.kind in WEB and channel.kind != Kind.SLACK:
            messages.success(
                request,
                f"The key of its signatures, shown only now: {channel.secret} (see docs/notifications.md)",
            )
        return redirect("notifications:page", key)
    deliveries = Delivery.objects.filter(channel__migration=migration).select_related("channel")
    context = {
        "migration": migration,
        "channels": [(one, ChangeForm.of(one)) for one in migration.channels.select_related("set_by")],
        "deliveries": deliveries.prefetch_related("notices")[:RECENT],
        "form": form,
    }
    return render(request, "notifications/page.html", context, status=422 if form.errors else 200)


@require_POST
@requires(NOTIFY, of=_migration_of)
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(Channel.objects.select_related("migration"), pk=pk)
    form = ChangeForm(request.POST)
    if form.is_valid():
        services.change(channel, **form.cleaned_data, by=request.user)
    else:
        faults = " ".join(str(fault) for faults in form.errors.values() for fault in faults)
        messages.error(request, f"Nothing was changed. {faults}")
    return redirect("notifications:page", channel.migration.key)


@require_POST
@requires(NOTIFY, of=_migration_of)
def test(request: SignedInRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(Channel.objects.select_related("migration"), pk=pk)
    try:
        count = services.test(channel, by=request.user)
    except CannotTell as error:
        messages.error(request, str(error))
    else:
        sent = "A test is" if count == 1 else f"{count} tests are"
        messages.success(request, f"{sent} on the way; below is what becomes of it.")
    return redirect("notifications:page", channel.migration.key)


@require_POST
@requires(NOTIFY, of=_migration_of)
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(Channel.objects.select_related("migration"), pk=pk)
    services.remove(channel, by=request.user)
    return redirect("notifications:page", channel.migration.key)
