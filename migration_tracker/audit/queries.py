"""Reading the audit trail."""

from django.db import models

from migration_tracker.audit.models import Entry


def about(subject: models.Model) -> models.QuerySet[Entry]:
    """Every entry about one stored thing, the latest first."""
    return Entry.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))


def of_chain(chain: str) -> models.QuerySet[Entry]:
    """Every entry of a chain, the latest first."""
    return Entry.objects.filter(chain=chain)
