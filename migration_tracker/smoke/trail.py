"""What the audit trail is told of runs."""

from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.smoke.models import SmokeRun


def record(by: User | None, action: str, run: SmokeRun, sentence: str) -> None:
    """Write an entry about a run, in the transaction that changes it; `by` is None for the tracker itself."""
    audit.record(
        by,
        action,
        run.worker,
        chain=run.worker.migration.chain,
        sentence=sentence,
        run=run.pk,
        transport=run.transport,
        commit=run.commit,
        fingerprint=run.fingerprint,
        result=run.result,
        broker=run.broker,
    )
