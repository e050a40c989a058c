"""The audit trail, sealed as `audit.record` does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.dashboard.insertion import insert
from benchmarks.dashboard.plan import DOMAINS, Columns, Plan
from migration_tracker.audit.models import Chain, Entry


def trail(plan: Plan) -> None:
    """Entries sealed as `audit.record` does: nine in ten of the largest migration's chain."""
    chains = ["installation", *(f"migration:migration-{n}" for n in range(1, plan.size.migrations + 1))]
    Chain.objects.bulk_create(Chain(key=key) for key in chains)
    columns: Columns = (
        *("id", "chain_id", "position", "at", "actor_id", "actor_name", "action", "subject_type"),
        *("subject_id", "subject_label", "sentence", "detail", "previous", "digest"),
    )
    ends: dict[str, tuple[int, str]] = dict.fromkeys(chains, (0, ""))
    insert(Entry, columns, _entry_rows(plan, chains, ends))
    for key, (length, head) in ends.items():
        Chain.objects.filter(key=key).update(length=length, head=head)


def _entry_rows(plan: Plan, chains: list[str], ends: dict[str, tuple[int, str]]) -> Iterator[tuple[Any, ...]]:
    actors = {user.pk: user.username for user in plan.people}
    names = list(actors.items())
    for number in range(1, plan.size.entries + 1):
        key = chains[number // 10 % len(chains)] if number % 10 == 0 else chains[min(1, len(chains) - 1)]
        length, head = ends[key]
        worker = number % plan.size.workers + 1
        actor, actor_name = names[number % len(names)] if number % 3 else (None, "the tracker")
        entry = Entry(
            chain_id=key,
            position=length + 1,
            at=plan.now - timedelta(seconds=plan.size.entries - number),
            actor_id=actor,
            actor_name=actor_name,
            action="item.ticked" if number % 3 else "smoke.finished",
            subject_type="inventory.worker",
            subject_id=str(worker),
            subject_label=f"{DOMAINS[(worker - 1) % len(DOMAINS)]}/worker_{worker - 1:04}",
            sentence=f"ticked “It takes one message” of worker_{worker:04}",
            detail={"item": "one-message", "note": "", "commit": "c" * 40, "fingerprint": "f" * 64},
            previous=head,
        )
        entry.digest = entry.seal()
        ends[key] = (entry.position, entry.digest)
        yield (
            *(number, key, entry.position, entry.at, actor, actor_name, entry.action, entry.subject_type),
            *(entry.subject_id, entry.subject_label, entry.sentence, entry.detail, head, entry.digest),
        )
