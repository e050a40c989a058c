"""The forms that ask for smoke runs, now or by a schedule."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms

from migration_tracker.choices import Choices
from migration_tracker.inventory.models import Observation, Scan, Worker
from migration_tracker.smoke.models import TITLES, Schedule, Transport

BOTH = "both"


@cache
def _zones() -> list[tuple[str, str]]:
    """The time zones that this machine knows; it looks through its files for them."""
    return [(zone, zone) for zone in sorted(available_timezones())]


class RunForm(forms.Form):
    transport = forms.ChoiceField(choices=[*TITLES.items(), (BOTH, "both")])

    def transports(self) -> list[str]:
        chosen = self.cleaned_data["transport"]
        return list(Transport.values) if chosen == BOTH else [chosen]


class WhenForm(forms.Form):
    """When a schedule runs, and on what."""

    cron = forms.CharField(
        label="When, as cron",
        max_length=200,
        help_text="minute, hour, day of the month, month, day of the week (0 is Sunday): 30 5 * * 1-5",
        initial="0 2 * * *",
    )
    zone = forms.ChoiceField(label="Time zone", initial="UTC", widget=Choices)
    transport = forms.ChoiceField(choices=[(BOTH, "both"), *TITLES.items()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = _zones()  # type: ignore[attr-defined]

    def when(self) -> dict[str, Any]:
        """What was entered, as `schedules.add` and `schedules.change` take it."""
        chosen = self.cleaned_data["transport"]
        transports = list(Transport.values) if chosen == BOTH else [chosen]
        return {
            "cron": self.cleaned_data["cron"],
            "zone": self.cleaned_data["zone"],
            "transports": transports,
        }


class AddForm(WhenForm):
    """A new schedule: of everything, a phase, or a worker."""

    meant = forms.ChoiceField(label="What", widget=Choices)

    field_order = ("meant", "cron", "zone", "transport")

    def __init__(self, scan: Scan | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scan = scan
        seen = scan.observations.order_by("worker__name") if scan else Observation.objects.none()
        names = seen.values_list("worker__name", flat=True)
        phases = [(f"phase:{one.key}", one.title) for one in scan.definition.phases] if scan else []
        self.fields["meant"].choices = [  # type: ignore[attr-defined]
            ("", "the whole matrix"),
            ("a phase", phases),
            ("a worker", [(f"worker:{name}", name) for name in names]),
        ]
        self.fields["meant"].required = False

    def meaning(self) -> dict[str, str | Worker]:
        """What is meant, as `schedules.add` takes it."""
        kind, _, name = self.cleaned_data["meant"].partition(":")
        if kind == "worker":
            assert self._scan is not None
            return {"worker": self._scan.migration.workers.get(name=name)}
        return {"phase": name} if kind == "phase" else {}


class ChangeForm(WhenForm):
    """What is changed of a schedule; what it means stays."""

    enabled = forms.BooleanField(label="Runs (not paused)", required=False)

    @classmethod
    def of(cls, schedule: Schedule) -> "ChangeForm":
        both = len(schedule.transports) == len(Transport.values)
        initial = {
            "cron": schedule.cron,
            "zone": str(schedule.crontab.timezone),
            "transport": BOTH if both else schedule.transports[0],
            "enabled": schedule.enabled,
        }
        return cls(initial=initial, auto_id=f"schedule-{schedule.pk}-%s")
