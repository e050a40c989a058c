"""A worker as a line of the board: values to filter, sort and count by; the rest is read when it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from django.utils import timezone

from migration_tracker.addresses import address
from migration_tracker.criteria import RunWord
from migration_tracker.criteria import Standing as Said
from migration_tracker.dashboard.rows import Row
from migration_tracker.inventory.models import REMOVED, Status, Turn
from migration_tracker.smoke.models import TITLES, Result, Transport
from migration_tracker.smoke.queries import Cell

LEFT = (Status.DIRECT, Status.PARTIAL, Status.UNKNOWN)
_EXPLAINED = (Result.FAILED, Result.ERROR, "stale")


class Shown(NamedTuple):
    """What a line shows of one transport."""

    transport: str
    broker: str
    flaky: bool
    run: int | None
    sign: str
    word: str
    reason: str

    @property
    def title(self) -> str:
        return TITLES[self.transport]

    @property
    def address(self) -> str:
        return address("smoke:run_page", self.run) if self.run else ""


class Line(NamedTuple):
    """One worker. `owners` has one a line, `moved` is in seconds since the epoch, `told` is JSON."""

    worker: int
    name: str
    domain: str
    phase: str
    status: str
    proven: bool
    items_met: int
    items_total: int
    kafka: str
    kafka_broker: str
    kafka_flaky: bool
    eventhub: str
    eventhub_broker: str
    eventhub_flaky: bool
    owners: str
    disputes: int
    moved: int | None
    slipped: int | None
    waived_until: date | None
    told: str

    @property
    def removed(self) -> bool:
        return self.status == REMOVED

    @property
    def active(self) -> bool:
        """Whether a smoke run is queued or running."""
        return not {self.kafka, self.eventhub}.isdisjoint(("queued", "running"))

    @property
    def results(self) -> tuple[tuple[str, str, bool], ...]:
        """On each transport: the result, the broker it is from, whether the code both passed and failed."""
        return (
            (self.kafka, self.kafka_broker, self.kafka_flaky),
            (self.eventhub, self.eventhub_broker, self.eventhub_flaky),
        )


@lru_cache(maxsize=8192)
def _parsed(told: str) -> Mapping[str, Any]:
    """What is told of a line, for reading only: each page that shows it gets the same."""
    return cast("Mapping[str, Any]", json.loads(told))


COLUMNS = tuple({"name": "worker__name", "domain": "worker__domain"}.get(f, f) for f in Line._fields)


class Detail:
    """A line with all that is shown of it."""

    def __init__(self, line: Line, key: str, phase_title: str = "") -> None:
        self.line, self.key, self.phase_title = line, key, phase_title
        self.owners = line.owners.splitlines()
        self.folder, _, self.short_name = line.name.rpartition("/")
        self.folder += "/" if self.folder else ""
        self.address = address("dashboard:worker", key, line.name)
        self._told = _parsed(line.told)

    @property
    def cells(self) -> list[Shown]:
        results = zip(Transport.values, self.line.results, self._told["cells"], strict=True)
        return [Shown(t, broker, flaky, *told) for t, (_, broker, flaky), told in results]

    @property
    def disagreements(self) -> list[str]:
        return cast("list[str]", self._told["disagreements"])

    @property
    def witnesses(self) -> dict[str, str]:
        """What people, code and smoke say in a word."""
        return dict(zip(("people", "code", "smoke"), self._told["witnesses"], strict=True))

    @property
    def overdue(self) -> bool:
        due = self._told["due"]
        return due is not None and not self.line.proven and due < timezone.now().date().isoformat()

    @property
    def slip(self) -> dict[str, Any]:
        """The turn at which it slipped back."""
        slip = self._told["slip"]
        return {**slip, "at": datetime.fromisoformat(slip["at"])}


def line_of(row: Row, slip: Turn | None) -> Line:
    """A worker whose witnesses were heard, as a line; `slip` is the turn at which it slipped back."""
    kafka, eventhub = row.cells
    moments = [
        *([row.worker.changed_at] if row.worker.changed_at else []),
        *(item.last_tick.at for item in row.items if item.last_tick),
    ]
    waived = [item.waiver.until for item in row.items if item.waived and item.waiver]
    told = {
        "cells": [_cell(cell) for cell in row.cells],
        "disagreements": row.disagreements,
        "witnesses": [row.witnesses.people.state, row.witnesses.code.state, row.witnesses.smoke.state],
        "due": row.worker.due.isoformat() if row.worker.due else None,
        "items": {item.key: item.verdict for item in row.items},
        "runs": {cell.transport: word for cell in row.cells if (word := _run_word(cell))},
        "slip": _slip(slip) if slip else None,
    }
    return Line(
        worker=row.worker.pk,
        name=row.worker.name,
        domain=row.worker.domain,
        phase=row.observation.phase,
        status=str(row.status),
        proven=row.proven,
        items_met=row.items_met,
        items_total=row.items_total,
        kafka=str(kafka.result),
        kafka_broker=kafka.run.broker if kafka.run else "",
        kafka_flaky=kafka.flaky,
        eventhub=str(eventhub.result),
        eventhub_broker=eventhub.run.broker if eventhub.run else "",
        eventhub_flaky=eventhub.flaky,
        owners="\n".join(row.owners),
        disputes=len(row.disagreements),
        moved=int(max(moments).timestamp()) if moments else None,
        slipped=slip.position if slip else None,
        waived_until=min(waived, default=None),
        told=json.dumps(told, ensure_ascii=False, separators=(",", ":")),
    )


def said(lines: Iterable[Line]) -> list[Said]:
    """What criteria are judged by."""
    return [_said(line, _parsed(line.told)) for line in lines]


def _said(line: Line, told: Mapping[str, Any]) -> Said:
    runs = {
        t: RunWord(passed, frozenset(stages), cause) for t, (passed, stages, cause) in told["runs"].items()
    }
    return Said(line.name, line.status, told["items"], runs)


def _cell(cell: Cell) -> tuple[int | None, str, str, str]:
    explained = cell.result in _EXPLAINED or cell.shortfall
    pk, reason = cell.run.pk if cell.run else None, cell.reason if explained else ""
    return pk, str(cell.sign), str(cell.word), reason


def _run_word(cell: Cell) -> tuple[bool | None, list[str], str] | None:
    run = cell.decisive or cell.short
    if run is None:
        return None
    stages = [stage.key for stage in run.present_stages if stage.result == Result.PASSED]
    return cell.proves if cell.decisive else None, stages, run.cause["kind"] if run.cause else ""


def _slip(turn: Turn) -> dict[str, Any]:
    return {
        "at": turn.at.isoformat(),
        "status": turn.status,
        "commit": turn.commit,
        "author": turn.author,
        "subject": turn.subject,
    }
