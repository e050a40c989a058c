"""An outcome as JSON, for scripts."""

from __future__ import annotations

import json
from typing import Any

from migration_tracker.linting.outcome import Outcome, Problem, Suppressed
from migration_tracker.scanning import Finding

VERSION = 1


def show(outcome: Outcome) -> str:
    """One object; paths are below `repository`."""
    inventory = outcome.inventory
    return json.dumps(
        {
            "version": VERSION,
            "repository": inventory.repository,
            "commit": inventory.commit,
            "dirty": inventory.dirty,
            "baseline": outcome.baseline,
            "guide": outcome.guide or None,
            "problems": [_problem(one) for one in outcome.problems],
            "known": [_finding(one) for one in outcome.known],
            "suppressed": [_suppressed(one) for one in outcome.suppressed],
            "unreadable": [{"path": one.path, "reason": one.reason} for one in inventory.files.unreadable],
            "warnings": outcome.warnings,
        },
        indent=1,
    )


def _problem(one: Problem) -> dict[str, Any]:
    place = {"path": one.place.path, "line": one.place.line, "column": one.place.column}
    found = {"found": _finding(one.found)} if one.found else {}
    return {"check": one.check, **place, "message": one.message, **found}


def _suppressed(one: Suppressed) -> dict[str, Any]:
    return {**_finding(one.found), "reason": one.suppression.reason}


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "symbol": found.symbol,
        "kind": found.kind,
        "path": found.path,
        "line": found.line,
        "column": found.column,
        "within": found.within,
        "via": found.via,
        "message": found.message,
    }
