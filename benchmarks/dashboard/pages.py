"""Every page of the tracker on a filled installation: how long the server takes, and how many queries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client

from migration_tracker.audit.models import Entry
from migration_tracker.checklists.models import Waiver
from migration_tracker.inventory.models import Migration
from migration_tracker.patches.models import Patch
from migration_tracker.smoke.models import SmokeRun


@dataclass(frozen=True, slots=True)
class Taken:
    """What one page took: seconds of each answer, sorted; its queries; the bytes of its last answer.

    `cpu` is the processor's part of them, sorted too: with SQLite, on a busy machine, the better figure.
    `first` is that of the answer that warmed up, when the process had kept nothing of the page yet.
    """

    seconds: list[float]
    cpu: list[float]
    first: float
    queries: int
    size: int


def quantile(figures: Sequence[float], part: int) -> float:
    """The figure that `part` of a hundred are below; `figures` are sorted."""
    return figures[min(len(figures) - 1, len(figures) * part // 100)]


def addresses() -> dict[str, str]:
    """An address of each page, of the largest migration where it has one; by what the page is."""
    migration = Migration.objects.order_by("pk")[0]
    worker = migration.workers.order_by("pk")[0]
    board = migration.get_absolute_url()
    waived = Waiver.objects.filter(worker__migration=migration).order_by("pk")[0]
    trail = f"/audit/?chain={migration.chain}"
    return {
        "migrations": "/",
        "board": board,
        "board, last page": f"{board}?page=999",
        "board, filtered and sorted": f"{board}?domain=verisk&status=migrated&sort=-eventhub",
        "board, those that disagree": f"{board}?status=disagreeing",
        "board, searched": f"{board}?q=worker_09",
        "board, in the past": f"{board}?at={migration.scans.order_by('-pk')[1].commit}",
        "worker": worker.get_absolute_url(),
        "waivers": f"{board}waivers",
        "ask for a waiver": f"{waived.subject.get_absolute_url()}items/awaited/waiver",
        "smoke run": SmokeRun.objects.latest("pk").get_absolute_url(),
        "patch": Patch.objects.latest("pk").get_absolute_url(),
        "audit trail": "/audit/",
        "audit trail of a migration": trail,
        "audit trail, further back": f"{trail}&before={max(2, Entry.objects.latest('pk').pk // 2)}",
        "audit trail, a person": "/audit/?who=person7",
        "audit trail, a worker": f"/audit/?about={worker.name}",
        "audit trail, part of a name": f"/audit/?about={worker.name[-5:]}",
        "audit trail, a day": "/audit/?since=2001-01-01&until=2001-01-02",
        "tokens": "/tokens/",
        **{one: f"{board}{one}" for one in ("schedules", "scope", "people", "notifications", "closing")},
    }


def measure(client: Client, pages: Mapping[str, str], rounds: int) -> dict[str, Taken]:
    """Ask for every page, by turns, after one round that warms up.

    Raises:
        AssertionError: a page did not answer with 200.
    """
    seconds: dict[str, list[float]] = {name: [] for name in pages}
    cpu: dict[str, list[float]] = {name: [] for name in pages}
    counts, sizes, first = {}, {}, {}
    for turn in range(rounds + 1):
        for name, address in pages.items():
            with counted() as queries:
                began, began_cpu = time.perf_counter(), time.thread_time()
                answer = client.get(address)
                took, took_cpu = time.perf_counter() - began, time.thread_time() - began_cpu
            assert answer.status_code == 200, f"{address}: {answer.status_code}"
            if turn == 0:
                first[name] = took_cpu
            else:
                seconds[name].append(took)
                cpu[name].append(took_cpu)
            counts[name], sizes[name] = len(queries), len(answer.content)
    return {
        name: Taken(sorted(seconds[name]), sorted(cpu[name]), first[name], counts[name], sizes[name])
        for name in pages
    }


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent within; those that only open a transaction do not pass by here."""
    sent: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent
