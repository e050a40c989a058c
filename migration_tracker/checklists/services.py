"""Writing to a checklist: people's ticks, and what the scanner says."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.checklists import queries
from migration_tracker.checklists.errors import MetAlready, NoSuchItem, NothingToVouchFor, Overtaken
from migration_tracker.checklists.models import Evidence, Tick, Witness
from migration_tracker.checklists.queries import ItemState
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Scan, Worker
from migration_tracker.scanning import WorkerReport


@transaction.atomic
def tick(worker: Worker, key: str, *, by: User, ticked: bool, note: str = "", seen: int = 0) -> ItemState:
    """Record that `by` vouches for an item at the worker's present fingerprint, or takes that back.

    Args:
        worker: whose item it is.
        key: the item's key in the definition.
        by: who vouches.
        ticked: True to vouch, False to take it back.
        note: why, in the person's own words.
        seen: the pk of the last tick that the person was shown; 0 for none.

    Returns:
        The item as it stands with this tick.

    Raises:
        NoSuchItem: the definition has no such item.
        NothingToVouchFor: the worker is not in the latest scan.
        Overtaken: somebody else ticked or unticked it after the person's page was made.
        MetAlready: the item's own witness calls it met, so there is nothing to vouch for.
    """
    Worker.objects.select_for_update(no_key=True).only("pk").get(pk=worker.pk)
    observation = inventory.current(worker)
    if observation is None:
        raise NothingToVouchFor(f"{worker} is not in the latest scan: there is no code to vouch for.")
    state = queries.item(observation, key)
    if state is None:
        raise NoSuchItem(f"The definition has no checklist item “{key}”.")
    if seen != state.seen:
        last = state.last_tick
        did = (
            f"{last.by} {'ticked' if last.ticked else 'unticked'} it at {last.at:%H:%M} UTC"
            if last
            else "it changed"
        )
        raise Overtaken(f"Not recorded: {did}, after your page was made. Look again, then decide.")
    if ticked == (state.tick is not None) and (not ticked or state.tick_is_current):
        raise Overtaken("Not recorded: it is so already.")
    if ticked and not state.tickable:
        says = "code" if state.witness == Witness.SCANNER else "smoke run"
        raise MetAlready(f"Not recorded: the {says} meets “{state.title}” already, and needs nobody's word.")
    new = Tick.objects.create(
        worker=worker,
        item=key,
        ticked=ticked,
        note=note,
        commit=observation.scan.commit,
        fingerprint=observation.fingerprint,
        by=by,
    )
    audit.record(
        by,
        "item.ticked" if ticked else "item.unticked",
        worker,
        chain=worker.migration.chain,
        sentence=f"{'ticked' if ticked else 'unticked'} “{state.title}” of {worker}",
        item=key,
        note=note,
        commit=observation.scan.commit,
        fingerprint=observation.fingerprint,
    )
    return replace(state, last_tick=new)


def hear_scanner(scan: Scan, reports: Mapping[int, WorkerReport], **_: Any) -> None:
    """Keep what a scan says of each item; `reports` is the scanner's word by observation pk."""
    observations = scan.observations.in_bulk()
    Evidence.objects.bulk_create(
        Evidence(
            worker_id=observations[pk].worker_id,
            item=judgement.item,
            witness=Witness.SCANNER,
            verdict=judgement.verdict,
            reason=judgement.reason,
            places=[{"path": p.path, "line": p.line, "column": p.column} for p in judgement.places],
            commit=scan.commit,
            fingerprint=observations[pk].fingerprint,
            source=scan.pk,
        )
        for pk, report in reports.items()
        for judgement in report.checklist
    )
