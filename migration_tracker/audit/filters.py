"""Which entries of the audit trail somebody wants to see; the address bar holds it."""

from __future__ import annotations

from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from typing import Protocol

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from migration_tracker.audit.models import Chain, Entry


class Reader(Protocol):
    """Whoever reads the trail; without chains of their own they may read all."""

    @property
    def readable_chains(self) -> frozenset[str] | None: ...


def readable(reader: Reader) -> QuerySet[Chain]:
    """The chains that somebody may read."""
    chains = reader.readable_chains
    return Chain.objects.all() if chains is None else Chain.objects.filter(key__in=chains)


class TrailFilter(forms.Form):
    """Who, what, about which worker, from which day to which, in which chain."""

    chain = forms.ChoiceField(required=False)
    who = forms.CharField(required=False, max_length=150, label="Who")
    action = forms.CharField(required=False, max_length=60, label="Action")
    about = forms.CharField(required=False, max_length=300, label="Worker")
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, query: QueryDict, reader: Reader) -> None:
        super().__init__(query)
        self._reader = reader
        chains = readable(reader).order_by("key").values_list("key", flat=True)
        self.fields["chain"].choices = [("", "all"), *((key, key) for key in chains)]  # type: ignore[attr-defined]

    @property
    def active(self) -> bool:
        """Whether something is asked for at all."""
        return any(self.data.get(name) for name in self.fields)

    def entries(self) -> QuerySet[Entry]:
        """The entries that are asked for, the latest first; none when the question is not understood."""
        if not self.is_valid():
            return Entry.objects.none()
        asked = self.cleaned_data
        entries = Entry.objects.all()
        if (chains := self._reader.readable_chains) is not None:
            entries = entries.filter(chain__in=chains)
        if asked["chain"]:
            entries = entries.filter(chain=asked["chain"])
        if asked["who"]:
            entries = entries.filter(actor_name__icontains=asked["who"])
        if asked["action"]:
            entries = entries.filter(action__startswith=asked["action"])
        if asked["about"]:
            entries = entries.filter(subject_label__icontains=asked["about"])
        if asked["since"]:
            entries = entries.filter(at__gte=datetime.combine(asked["since"], time.min, UTC))
        if asked["until"]:
            day_after = datetime.combine(asked["until"], time.min, UTC) + timedelta(days=1)
            entries = entries.filter(at__lt=day_after)
        return entries

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and until.year == MAXYEAR:
            raise forms.ValidationError("Choose an earlier day.")
        return until
