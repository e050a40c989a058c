"""What the scanner found: migrations, their scans, and what each scan said of each worker."""

from functools import cached_property, lru_cache
from hashlib import sha256
from typing import ClassVar

from django.db import models
from django.utils import timezone

from migration_tracker import definition
from migration_tracker.addresses import address
from migration_tracker.audit.models import MIGRATION
from migration_tracker.jobs import ACTIVE, Job, JobQuerySet


class Status(models.TextChoices):
    MIGRATED = "migrated"
    PARTIAL = "partial"
    DIRECT = "direct"
    NONE = "none"
    UNKNOWN = "unknown"


REMOVED = "removed"
"""Said of a worker that scans saw once and the latest does not: it is not done, and it counts."""


class Migration(models.Model):
    """One migration of one repository, described by the `migration.toml` in it."""

    key = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    location = models.CharField(
        max_length=1000, unique=True, help_text="The folder that holds migration.toml."
    )
    remote = models.CharField(
        max_length=1000, blank=True, help_text="Where it is fetched from; `location` is then our mirror."
    )
    access = models.SlugField(blank=True, help_text="The folder of CREDENTIALS_DIR with keys and secrets.")
    registered_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="When it was closed as finished.")
    runs_code = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether its code may run on the tracker's host; see inventory.code.",
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("dashboard:migration", self.key)

    @property
    def chain(self) -> str:
        """The audit chain of this migration."""
        return MIGRATION + self.key


class Delivery(models.Model):
    """A push that a code host told of: kept for a time, so that nobody can tell of it again."""

    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="deliveries")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["migration", "digest"], name="a_delivery_once_a_migration")
        ]

    def __str__(self) -> str:
        return f"delivery {self.digest[:10]} to {self.migration}"


class Scan(Job):
    """One reading of a migration's repository at one commit. Never overwritten: the past stays askable."""

    task = "inventory.scan"

    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="scans")
    commit = models.CharField(max_length=64, blank=True)
    definition_text = models.TextField(blank=True)
    seconds = models.FloatField(null=True, blank=True)
    files_seen = models.PositiveIntegerField(default=0)
    files_parsed = models.PositiveIntegerField(default=0)
    unreadable = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    phase_items = models.JSONField(default=dict, help_text="By phase key and item key: verdict and reason.")
    baseline = models.PositiveIntegerField(null=True, help_text="Known uses that lint lets pass.")
    suppressions = models.PositiveIntegerField(null=True, help_text="Comments that allow a use.")
    error = models.TextField(blank=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["migration"], condition=models.Q(state__in=ACTIVE), name="one_active_scan_a_migration"
            )
        ]

    def __str__(self) -> str:
        return f"scan of {self.migration} at {self.short_commit or 'no commit yet'}"

    @property
    def short_commit(self) -> str:
        return self.commit[:10]

    @cached_property
    def definition(self) -> definition.Definition:
        """The definition that this scan judged by."""
        return _parsed(self.definition_text, f"{self.migration.location}/{definition.FILE_NAME}")


@lru_cache(maxsize=128)
def _parsed(text: str, file: str) -> definition.Definition:
    return definition.parse(text, file)


class Worker(models.Model):
    """A worker by its name; what was seen of it is told by its observations.

    Whoever locks one takes `no_key`: rows that belong to it are put in by those who hold the chain already,
    and PostgreSQL would see each wait for the other.
    """

    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="workers")
    name = models.CharField(max_length=300)
    domain = models.CharField(max_length=100)
    owner = models.CharField(max_length=200, blank=True, help_text="Chosen by hand, before CODEOWNERS.")
    due = models.DateField(null=True, blank=True)
    issue = models.URLField(max_length=500, blank=True, help_text="The team's own issue about it.")
    changed_at = models.DateTimeField(null=True, help_text="When a commit last touched its file.")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["migration", "name"], name="a_worker_once_a_migration")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("dashboard:worker", self.migration.key, self.name)

    @property
    def assignment(self) -> str:
        """Another text for each assignment; goes with the form, so that a stale page is noticed."""
        said = repr((self.owner, self.due, self.issue))
        return sha256(said.encode()).hexdigest()[:16]

    @property
    def folder(self) -> str:
        """The name up to and including its last slash."""
        return self.name.removesuffix(self.short_name)

    @property
    def short_name(self) -> str:
        return self.name.rpartition("/")[2]


class Observation(models.Model):
    """What one scan said of one worker."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="observations")
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="observations")
    path = models.CharField(max_length=1000)
    phase = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=10, choices=Status)
    fingerprint = models.CharField(max_length=64)
    owners = models.JSONField(default=list, help_text="By CODEOWNERS at the scan's commit.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scan", "worker"], name="a_worker_once_a_scan")]

    def __str__(self) -> str:
        return f"{self.worker} was {self.status}"

    @property
    def short_fingerprint(self) -> str:
        return self.fingerprint[:10]


class Finding(models.Model):
    """One place in the code that a scan points at; without an observation it lies outside the workers."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="findings")
    observation = models.ForeignKey(Observation, on_delete=models.CASCADE, null=True, related_name="findings")
    rule = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    symbol = models.CharField(max_length=300)
    path = models.CharField(max_length=1000)
    line = models.PositiveIntegerField()
    column = models.PositiveIntegerField()
    via = models.JSONField(default=list)
    message = models.TextField()
    excerpt = models.TextField(blank=True)
    excerpt_line = models.PositiveIntegerField(default=1, help_text="The number of the excerpt's first line.")

    class Meta:
        ordering = ["path", "line", "column"]

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class HistoryReading(Job):
    """One reading of a repository's history, up to the commit of the latest scan and by its definition.

    What it finds can be read from git again at any time, so each reading takes the place of the one before.
    """

    task = "inventory.history"

    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="history_readings")
    commit = models.CharField(max_length=64, blank=True)
    commits = models.PositiveIntegerField(default=0)
    shallow = models.BooleanField(default=False)
    error = models.TextField(blank=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["migration"],
                condition=models.Q(state__in=ACTIVE),
                name="one_active_history_a_migration",
            )
        ]

    def __str__(self) -> str:
        return f"history of {self.migration}"


class GitCommit(models.Model):
    """A commit of the line of first parents that changed something, and who made it."""

    position = models.PositiveIntegerField()
    commit = models.CharField(max_length=64)
    at = models.DateTimeField()
    author = models.CharField(max_length=200)
    subject = models.CharField(max_length=500)

    class Meta:
        abstract = True

    @property
    def short_commit(self) -> str:
        return self.commit[:10]


class HistoryPoint(GitCommit):
    """A commit after which the workers of a migration counted otherwise than before it."""

    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="history_points")
    migrated = models.PositiveIntegerField()
    partial = models.PositiveIntegerField()
    direct = models.PositiveIntegerField()
    none = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["migration", "position"], name="a_point_once_a_migration")
        ]

    def __str__(self) -> str:
        return f"{self.migration} at {self.short_commit}"

    @property
    def total(self) -> int:
        return self.migrated + self.partial + self.direct + self.none + self.unknown


class Turn(GitCommit):
    """A commit at which a worker's status or path changed; without a status it removed the worker."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="turns")
    status = models.CharField(max_length=10, choices=Status, blank=True)
    path = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["worker", "position"], name="a_turn_once_a_worker")]

    def __str__(self) -> str:
        return f"{self.worker} turned {self.status or 'removed'} at {self.short_commit}"
