"""What a scan found: plain frozen values, and the JSON that others rely on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from migration_tracker.scanning.sources import Unreadable

VERSION = 1


class Status(StrEnum):
    """How far a worker's code is."""

    MIGRATED = "migrated"  # all its clients come from the transport layer
    PARTIAL = "partial"  # some do
    DIRECT = "direct"  # none does
    NONE = "none"  # it has no client
    UNKNOWN = "unknown"  # unreadable, or a client it may build cannot be decided


class Verdict(StrEnum):
    """What a witness says of an item."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Rule(StrEnum):
    """What a finding is about."""

    DIRECT = "direct-client"
    TRANSPORT = "transport-client"


class Kind(StrEnum):
    """How the code uses what was found."""

    CALL = "call"
    IMPORT = "import"
    REFERENCE = "reference"
    SUBCLASS = "subclass"
    DYNAMIC = "dynamic"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file; line and column count from 1."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a client is built, or where the code calls, inherits or decorates with what builds it.

    `via` names, in dotted names, what lies between this place and the symbol. `counts` says whether it bears
    on the worker's status: a type-only use (`is_type`) does not, nor does an import that nothing uses.
    `within` names the function or class around it, as in `DownloadWorker.start`; empty at a module's top.
    """

    rule: Rule
    symbol: str
    kind: Kind
    path: str
    line: int
    column: int
    via: tuple[str, ...]
    message: str
    counts: bool
    is_type: bool = False
    within: str = ""

    @property
    def place(self) -> Place:
        return Place(self.path, self.line, self.column)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The scanner's word on one checklist item, or on one item of a phase."""

    item: str
    verdict: Verdict
    reason: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """Everything the scan says of one worker."""

    name: str
    path: str
    domain: str
    phase: str | None
    status: Status
    fingerprint: str
    findings: tuple[Finding, ...]
    checklist: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class PhaseReport:
    """What the scan says of a phase's own items."""

    key: str
    items: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Files:
    """How many Python files there were, how many were parsed whole, and how many of those came from the
    cache.

    A file that names nothing relevant is not parsed, so a syntax error in it is not seen.
    """

    seen: int
    parsed: int
    cached: int
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    """A whole scan."""

    repository: str
    commit: str | None
    dirty: bool
    seconds: float
    files: Files
    workers: tuple[WorkerReport, ...]
    elsewhere: tuple[Finding, ...]
    phases: tuple[PhaseReport, ...]
    warnings: tuple[str, ...] = ()

    @property
    def has_findings(self) -> bool:
        """Whether anything is left to migrate: workers, or direct clients elsewhere."""
        left = {Status.DIRECT, Status.PARTIAL, Status.UNKNOWN}
        return bool(self.elsewhere) or any(worker.status in left for worker in self.workers)

    def as_json(self) -> dict[str, Any]:
        """The fixed JSON of `scan --format json`."""
        return {"version": VERSION, **asdict(self)}
