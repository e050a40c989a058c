"""What the audit trail keeps of a scan's result, so that a bundle of evidence can be held against it."""

import hashlib
import json
from collections.abc import Iterable

from migration_tracker.scanning import WorkerReport


def of_scan(definition_text: str, workers: Iterable[WorkerReport]) -> str:
    """The SHA-256 over the definition and every worker's name, status, fingerprint and verdicts.

    `bundle/verify.py` computes the same from the rows of a bundle.
    """
    said = sorted(
        [one.name, one.status, one.fingerprint, {j.item: j.verdict for j in one.checklist}] for one in workers
    )
    canonical = json.dumps([definition_text, said], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
