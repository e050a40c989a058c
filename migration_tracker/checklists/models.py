"""The checklist of each worker: what witnesses said of its items, what people vouched for, what is waived."""

from datetime import date, datetime
from typing import cast

from django.conf import settings
from django.db import models
from django.utils import timezone

from migration_tracker.inventory.models import Migration, Worker


class Verdict(models.TextChoices):
    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Witness(models.TextChoices):
    SCANNER = "scanner"
    SMOKE = "smoke"


class Evidence(models.Model):
    """What one witness said of one item of one worker, at one fingerprint of its code. Never overwritten."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="evidence")
    item = models.SlugField()
    witness = models.CharField(max_length=10, choices=Witness)
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField()
    places = models.JSONField(default=list)
    commit = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    source = models.PositiveBigIntegerField(help_text="The scan or smoke run that testified.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "evidence"
        indexes = [models.Index(fields=["witness", "source"], name="evidence_of_a_source")]

    def __str__(self) -> str:
        return f"{self.witness} says {self.item} of {self.worker} is {self.verdict}"

    @property
    def short_commit(self) -> str:
        return self.commit[:10]


class Tick(models.Model):
    """A person vouched for an item, or took that back, at one fingerprint of the code. Never overwritten."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="ticks")
    item = models.SlugField()
    ticked = models.BooleanField()
    note = models.TextField(blank=True)
    commit = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["worker", "item", "-id"], name="latest_tick_of_an_item")]

    def __str__(self) -> str:
        return f"{self.by} {'ticked' if self.ticked else 'unticked'} {self.item} of {self.worker}"

    @property
    def short_commit(self) -> str:
        return self.commit[:10]


class WaiverState(models.TextChoices):
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


OPEN = (WaiverState.ASKED, WaiverState.APPROVED)


def today() -> date:
    """Waivers hold to the end of a day in UTC, wherever their reader is."""
    return timezone.now().date()


class WaiverQuerySet(models.QuerySet["Waiver"]):
    def open(self) -> "WaiverQuerySet":
        """Asked for or approved, and not past their day: time ends a waiver, not the job that notes it."""
        return self.filter(state__in=OPEN, until__gte=today())

    def open_on(self, moment: datetime) -> "list[Waiver]":
        """Those that were asked for or stood at a moment, as they were then."""
        day = moment.date()
        asked = self.filter(asked_at__lte=moment, until__gte=day).exclude(ended_at__lte=moment)
        found = list(asked.select_related("asked_by", "decided_by"))
        for waiver in found:
            decided = waiver.decided_at is not None and waiver.decided_at <= moment
            waiver.state = WaiverState.APPROVED if decided else WaiverState.ASKED
            waiver.seen_on = day
        return found

    def due(self) -> "WaiverQuerySet":
        """Past their day, and not yet noted as lapsed."""
        return self.filter(state__in=OPEN, until__lt=today())


class Waiver(models.Model):
    """Somebody asked that an item need not be met for a time, and somebody else approved it or did not.

    The item is that of a worker, or of a phase of a migration.
    """

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, null=True, related_name="waivers")
    migration = models.ForeignKey(
        Migration,
        on_delete=models.CASCADE,
        null=True,
        related_name="phase_waivers",
        help_text="Whose phase it is; of a worker's item none.",
    )
    phase = models.CharField(
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text="The key of the phase whose item it is.",
    )
    item = models.SlugField()
    reason = models.TextField()
    until = models.DateField(help_text="The last day on which it holds.")
    state = models.CharField(max_length=10, choices=WaiverState, default=WaiverState.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    remark = models.TextField(blank=True, help_text="What the one who decided had to say.")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = WaiverQuerySet.as_manager()

    seen_on: date | None = None
    """The day on which it is looked at, where that is not today."""

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "item"],
                condition=models.Q(state__in=OPEN),
                name="one_open_waiver_an_item",
            ),
            models.UniqueConstraint(
                fields=["migration", "phase", "item"],
                condition=models.Q(state__in=OPEN),
                name="one_open_waiver_a_phase_item",
            ),
            models.CheckConstraint(
                condition=models.Q(worker__isnull=False, migration__isnull=True, phase="")
                | (models.Q(worker__isnull=True, migration__isnull=False) & ~models.Q(phase="")),
                name="a_waiver_is_of_a_worker_or_of_a_phase",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="nobody_decides_on_their_own_waiver",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(decided_by__isnull=False),
                name="an_approved_waiver_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"waiver of {self.item} of {self.of}"

    @property
    def subject(self) -> Worker | Migration:
        """What the audit trail says it is about: the worker, or the migration whose phase it is."""
        found = self.worker or self.migration
        assert found is not None, "the database holds that it is one or the other"
        return found

    @property
    def home(self) -> Migration:
        """The migration that it belongs to."""
        return self.worker.migration if self.worker else cast("Migration", self.subject)

    @property
    def of(self) -> str:
        """Whose item it is, in words."""
        return str(self.worker) if self.worker else f"the phase {self.phase}"

    @property
    def address(self) -> str:
        """The page on which the item is."""
        return self.subject.get_absolute_url() + (f"#phase-{self.phase}" if self.phase else "")

    @property
    def asked(self) -> bool:
        return self.state == WaiverState.ASKED and self.until >= (self.seen_on or today())

    @property
    def stands(self) -> bool:
        return self.state == WaiverState.APPROVED and self.until >= (self.seen_on or today())

    @property
    def word(self) -> str:
        """Its state in a word, true also in the minute before the job notes that it lapsed."""
        return str(WaiverState.LAPSED if self.state in OPEN and self.until < today() else self.state)
