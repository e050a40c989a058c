"""Which entries of the audit trail somebody wants to see; the address bar holds it."""

from __future__ import annotations

from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from typing import Protocol

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from migration_tracker.audit.models import Chain, Entry
from migration_tracker.audit.names import holding


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
            entries = _named(entries, "actor_name", asked["who"])
        if asked["action"]:
            entries = entries.filter(action__startswith=asked["action"])
        if asked["about"]:
            entries = _named(entries, "subject_label", asked["about"])
        if asked["since"]:
            entries = _since(entries, datetime.combine(asked["since"], time.min, UTC))
        if asked["until"]:
            entries = _before(entries, datetime.combine(asked["until"], time.min, UTC) + timedelta(days=1))
        return entries

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and until.year == MAXYEAR:
            raise forms.ValidationError("Choose an earlier day.")
        return until


def _named(entries: QuerySet[Entry], field: str, name: str) -> QuerySet[Entry]:
    """Those with just this name, which an index finds; if there is none, those of whose name it is a part."""
    if Entry.objects.filter(**{field: name}).exists():
        return entries.filter(**{field: name})
    return holding(entries, field, name)


# Entries are appended as time goes on, but for transactions that overlap: their keys bound the search, since
# no database looks for the latest fifty of a day by its moments and their order at once.
_OVERLAP = timedelta(hours=1)


def _since(entries: QuerySet[Entry], moment: datetime) -> QuerySet[Entry]:
    first = (
        Entry.objects.filter(at__gte=moment - _OVERLAP).order_by("at").values_list("pk", flat=True).first()
    )
    return entries.filter(at__gte=moment, pk__gte=first) if first else entries.none()


def _before(entries: QuerySet[Entry], moment: datetime) -> QuerySet[Entry]:
    last = Entry.objects.filter(at__lt=moment + _OVERLAP).order_by("-at").values_list("pk", flat=True).first()
    return entries.filter(at__lt=moment, pk__lte=last) if last else entries.none()
