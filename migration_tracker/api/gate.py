"""May this inventory go on top of the last: what it would make worse, a sentence each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from migration_tracker.api.schemas import FindingIn, ScanIn, WorkerIn
from migration_tracker.inventory.models import Finding, Scan, Status

DONE = (Status.MIGRATED, Status.NONE)  # without a client there is nothing to migrate
_NAMED_ONLY = ("import", "reference")  # names the old client, does not build it

Uses = Counter[tuple[str, str]]


def reasons(scan: Scan, proposed: ScanIn) -> list[str]:
    """Why the proposed code may not be merged onto what `scan` saw; empty when it may.

    Uses are counted by worker (by file outside workers) and by symbol: one that moves in its worker is no new
    use. `migration-tracker lint --against` in the change's own checkout sees more: moves between files,
    suppressions, the baseline.
    """
    before = {seen.worker.name: seen for seen in scan.observations.select_related("worker")}
    after = {worker.name: worker for worker in proposed.workers}
    found = list(_uncommitted(proposed))
    found += [f"{name} is gone: a worker is migrated, not removed" for name in sorted(before.keys() - after)]
    for name, worker in sorted(after.items()):
        was = before[name].status if name in before else None
        if was in DONE and worker.status not in DONE:
            found.append(f"{name} was {was} and would be {worker.status}")
        elif was is None and worker.status not in DONE:
            found.append(f"{name} is new and {worker.status}: new workers start on the new layer")
    new = _proposed(proposed) - _known(scan.findings.select_related("observation__worker"))
    found += [
        f"{where}: {count} new direct use of {symbol}" for (where, symbol), count in sorted(new.items())
    ]
    return found + list(_torn(scan, {name: one.status for name, one in before.items()}, after))


def _uncommitted(proposed: ScanIn) -> Iterator[str]:
    if proposed.commit is None or proposed.dirty:
        yield "what was scanned is not what is committed; scan a clean checkout"


def _torn(scan: Scan, before: dict[str, str], after: dict[str, WorkerIn]) -> Iterator[str]:
    """Atomic phases that would be merged in part: of the workers open until now, some done and some not."""
    for phase in scan.definition.phases:
        if not phase.atomic:
            continue
        mine = [one for one in after.values() if one.phase == phase.key and before.get(one.name) not in DONE]
        done = sorted(one.name for one in mine if one.status in DONE)
        left = sorted(one.name for one in mine if one.status not in DONE)
        if done and left:
            yield (
                f"{phase.key} is atomic and would be merged in part: migrated: {', '.join(done)};"
                f" not migrated: {', '.join(left)}"
            )


def _known(findings: Iterable[Finding]) -> Uses:
    return Counter(
        (one.observation.worker.name if one.observation else one.path, one.symbol)
        for one in findings
        if _builds(one)
    )


def _proposed(scan: ScanIn) -> Uses:
    inside = ((worker.name, one.symbol) for worker in scan.workers for one in worker.findings if _builds(one))
    return Counter(inside) + Counter((one.path, one.symbol) for one in scan.elsewhere if _builds(one))


def _builds(finding: Finding | FindingIn) -> bool:
    return finding.rule == "direct-client" and finding.kind not in _NAMED_ONLY
