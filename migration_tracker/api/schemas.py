"""What the API takes and gives. It takes what the command line writes; fields it does not use are let by."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

_STORABLE = r"^[^\x00]*$"  # PostgreSQL's texts hold no NUL

Short = Annotated[str, StringConstraints(max_length=300, pattern=_STORABLE)]
Long = Annotated[str, StringConstraints(max_length=20_000, pattern=_STORABLE)]
Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{7,64}$")]
Transport = Literal["kafka", "eventhub"]


class Trouble(Schema):
    """Why nothing was done."""

    detail: str


class Counts(Schema):
    total: int
    proven: int
    migrated: int
    partial: int
    direct: int
    none: int
    unknown: int


class MigrationOut(Schema):
    key: str
    name: str
    commit: str | None
    scanned_at: datetime | None
    workers: Counts
    disagreements: list[str]
    criteria: dict[str, str]
    unapproved_scope: list[str]
    closed_at: datetime | None


class PhaseOut(Schema):
    key: str
    title: str
    deferred: str | None
    done: bool
    workers: int
    migrated: int
    proven: int
    items: dict[str, str]


class CriterionOut(Schema):
    key: str
    title: str
    verdict: str
    reason: str
    lacking: list[str]


class PointOut(Schema):
    commit: str
    at: datetime
    author: str
    subject: str
    migrated: int
    partial: int
    direct: int
    none: int
    unknown: int


class MemberOut(Schema):
    name: str
    role: str


class ItemOut(Schema):
    item: str
    verdict: str
    reason: str
    waived_until: date | None


class CellOut(Schema):
    transport: str
    result: str
    level: str
    proves: bool
    reproving: bool
    flaky: bool
    broker: str
    reason: str


class WorkerOut(Schema):
    name: str
    path: str
    domain: str
    phase: str | None
    status: str
    fingerprint: str
    proven: bool
    owners: list[str]
    due: date | None
    issue: str
    checklist: list[ItemOut]
    smoke: list[CellOut]
    disagreements: list[str]


class RunOut(Schema):
    id: int
    worker: str
    transport: str
    commit: str
    fingerprint: str
    state: str
    result: str
    level: str
    attempts: int
    occasion: str
    reason: str
    broker: str
    finished_at: datetime | None


class WaiverOut(Schema):
    id: int
    worker: str | None
    phase: str | None
    item: str
    reason: str
    until: date
    state: str
    asked_by: str
    decided_by: str | None


class EditOut(Schema):
    commit: str
    date: datetime
    author: str
    subject: str


class ScopeChangeOut(Schema):
    id: int
    commit: str
    state: str
    narrowings: list[str]
    left_out: list[str]
    edits: list[EditOut]
    noticed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str


class EntryOut(Schema):
    position: int
    at: datetime
    actor_name: str
    action: str
    subject_label: str
    sentence: str
    digest: str


class FindingIn(Schema):
    """A finding, as `scan --format json` writes it."""

    rule: Short
    symbol: Short
    kind: Short
    path: Annotated[str, StringConstraints(max_length=1000)]
    line: Annotated[int, Field(ge=1)]


class WorkerIn(Schema):
    name: Short
    phase: Short | None = None
    status: Literal["migrated", "partial", "direct", "none", "unknown"]
    findings: list[FindingIn] = []


class ScanIn(Schema):
    """A scan, as `scan --format json` writes it."""

    version: Literal[1]
    commit: Hex | None
    dirty: bool = False
    workers: list[WorkerIn]
    elsewhere: list[FindingIn] = []


class GateOut(Schema):
    may_merge: bool
    reasons: list[str]
    onto: str


class StageIn(Schema):
    key: Annotated[str, StringConstraints(max_length=50, pattern=r"^[-a-zA-Z0-9_]+$")]
    title: Annotated[str, StringConstraints(max_length=100, pattern=_STORABLE)]
    result: Literal["passed", "failed", "error", "skipped", "cancelled"]
    seconds: Annotated[float, Field(ge=0, le=1e6)] = 0
    detail: Long = ""


class CauseIn(Schema):
    """The known cause behind a failure, as the probe names it."""

    kind: Annotated[str, StringConstraints(max_length=50, pattern=_STORABLE)]
    exception: Short
    host: Short
    port: Annotated[int, Field(ge=0, le=65_535)]


class RunIn(Schema):
    """One run, as `smoke --format json` writes it."""

    worker: Short
    transport: Transport
    result: Literal["passed", "failed", "error", "cancelled"]
    broker: Literal["stand-in", "emulator", "real", ""]
    reason: Long = ""
    cause: CauseIn | None = None
    seconds: Annotated[float, Field(ge=0, le=1e6)] = 0
    stages: Annotated[list[StageIn], Field(max_length=50)] = []
    log: Annotated[str, StringConstraints(max_length=1_000_000, pattern=_STORABLE)] = ""


class SmokeIn(Schema):
    """What `smoke --format json` printed."""

    version: Literal[1]
    commit: Hex | None
    dirty: bool = False
    runs: Annotated[list[RunIn], Field(min_length=1, max_length=2000)]


class AskIn(Schema):
    """Which smoke runs to start: of one worker, or of all."""

    worker: Short | None = None
    transports: Annotated[list[Transport], Field(min_length=1, max_length=2)] = ["kafka", "eventhub"]


class Before(Schema):
    """From where a list goes on: its last id or position."""

    before: Annotated[int, Field(ge=1, le=2**63 - 1)] = 2**63 - 1


class Queued(Schema):
    ids: list[int]
