"""What boards are read from: each worker as its witnesses see it, written when something is said of it.

To hear every witness again for every page takes as long as there are workers (docs/adr/0039).
"""

from django.db import models

from migration_tracker.inventory.models import Migration, Scan, Worker


class Standing(models.Model):
    """One worker as its witnesses see it now; it holds nothing that could not be heard from them again."""

    worker = models.OneToOneField(Worker, on_delete=models.CASCADE, primary_key=True)
    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="standings")
    phase = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=10)
    proven = models.BooleanField()
    items_met = models.PositiveSmallIntegerField()
    items_total = models.PositiveSmallIntegerField()
    kafka = models.CharField(max_length=10)
    kafka_broker = models.CharField(max_length=20, blank=True)
    kafka_flaky = models.BooleanField()
    eventhub = models.CharField(max_length=10)
    eventhub_broker = models.CharField(max_length=20, blank=True)
    eventhub_flaky = models.BooleanField()
    owners = models.TextField(blank=True, help_text="One a line.")
    disputes = models.PositiveSmallIntegerField(help_text="How many disagreements there are.")
    moved = models.BigIntegerField(
        null=True, help_text="When a commit or a tick last touched it, in seconds."
    )
    slipped = models.PositiveIntegerField(null=True, help_text="Where in the history it slipped back.")
    waived_until = models.DateField(null=True, help_text="On the day after, it stands otherwise.")
    told = models.TextField(help_text="As JSON, what only those see who look at it: `lines.Told`.")

    def __str__(self) -> str:
        return f"{self.worker} stands {self.status}"


class Summary(models.Model):
    """A whole migration by the standings of its workers, as of one scan."""

    migration = models.OneToOneField(Migration, on_delete=models.CASCADE, primary_key=True)
    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="+")
    progress = models.JSONField()
    heard = models.UUIDField(null=True, help_text="Another one each time a standing was written.")
    criteria = models.JSONField(help_text="By criterion: verdict, reason, the workers that stand in the way.")

    class Meta:
        verbose_name_plural = "summaries"

    def __str__(self) -> str:
        return f"{self.migration} at {self.scan.short_commit}"
