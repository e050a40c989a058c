"""The kinds of work that rows stand for, whichever app they are from, and how much of each there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.apps import apps
from django.db.models import Case, Count, F, Min, When
from django.utils import timezone

from migration_tracker.jobs import ACTIVE, Job, State

# From when a queued job waits: one that is tried again, from when it is due, which may be later than now.
_DUE = Case(When(attempt=0, then=F("requested_at")), default=F("enqueued_at"))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job: its rows' model, the Celery task that does it, the queue that task is sent to."""

    model: type[Job]
    task: str
    queue: str


@dataclass(frozen=True, slots=True)
class Amount:
    """How many jobs of a kind are in a state, and for how many seconds the oldest of them has been."""

    state: State
    count: int
    oldest_seconds: float


def kinds() -> list[Kind]:
    """Every kind there is, in the order of the installed apps."""
    return [
        Kind(model, model.task, _queue(model.task)) for model in apps.get_models() if issubclass(model, Job)
    ]


def amounts(kind: Kind) -> list[Amount]:
    """What of `kind` is queued and running; states with nothing in them are there too."""
    now = timezone.now()
    rows = kind.model._default_manager.filter(state__in=ACTIVE).values("state").order_by("state")
    found = {
        row["state"]: (row["count"], row["due" if row["state"] == State.QUEUED else "begun"])
        for row in rows.annotate(count=Count("pk"), due=Min(_DUE), begun=Min("started_at"))
    }
    return [
        Amount(state, count, max(0.0, (now - since).total_seconds()) if since else 0.0)
        for state in ACTIVE
        for count, since in [found.get(state, (0, None))]
    ]


def oldest_waiting(kind: Kind) -> timedelta | None:
    """How long the oldest queued job of `kind` has waited; None where none does."""
    since = kind.model._default_manager.filter(state=State.QUEUED).aggregate(since=Min(_DUE))["since"]
    return max(timedelta(0), timezone.now() - since) if since else None


def _queue(task: str) -> str:
    queue = current_app.amqp.router.route({}, task)["queue"]
    return str(getattr(queue, "name", queue))
