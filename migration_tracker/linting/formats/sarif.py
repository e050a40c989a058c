"""An outcome as SARIF 2.1.0 (OASIS), the form that code hosts and editors read.

Known uses are `unchanged` and suppressed by the baseline, allowed ones are suppressed in the source, so that
a viewer that honours suppressions shows just the problems.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from migration_tracker.linting.identity import identity
from migration_tracker.linting.outcome import EXPLAINED, Check, Outcome, Problem
from migration_tracker.scanning import Finding, Place

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"


def show(outcome: Outcome) -> str:
    """A log with one run."""
    results = [_problem(one, outcome.prefix) for one in outcome.problems]
    results += [
        _use(
            one, outcome.prefix, "unchanged", {"kind": "external", "justification": f"in {outcome.baseline}"}
        )
        for one in outcome.known
    ]
    results += [
        _use(
            one.found,
            outcome.prefix,
            "unchanged",
            {"kind": "inSource", "justification": one.suppression.reason},
        )
        for one in outcome.suppressed
    ]
    unread = [
        {
            "level": "warning",
            "message": {"text": one.reason},
            "locations": [_location(Place(one.path, 1, 1), outcome.prefix)],
        }
        for one in outcome.inventory.files.unreadable
    ]
    run = {
        "tool": {"driver": _driver(outcome)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": unread}],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _driver(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": "migration-tracker",
        "version": version("migration-tracker"),
        "rules": [_rule(check, outcome.guide) for check in Check],
    }


def _rule(check: Check, guide: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": check, "shortDescription": {"text": EXPLAINED[check]}}
    if guide.startswith(("https://", "http://")):
        rule["helpUri"] = guide
    elif guide:
        rule["help"] = {"text": f"See {guide}."}
    return rule


def _problem(one: Problem, prefix: str) -> dict[str, Any]:
    if one.found is not None:
        return _use(one.found, prefix, "new", None, one.message)
    return _result(one.check, one.place, prefix, one.message)


def _use(
    found: Finding, prefix: str, state: str, suppression: dict[str, str] | None, message: str | None = None
) -> dict[str, Any]:
    result = _result(Check.DIRECT, found.place, prefix, message or found.message)
    result["baselineState"] = state
    result["suppressions"] = [suppression] if suppression else []
    digest = hashlib.sha256(str(identity(found)).encode(errors="surrogateescape")).hexdigest()
    result["partialFingerprints"] = {"use/v1": digest}
    if found.within:
        result["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": found.within}]
    return result


def _result(check: Check, place: Place, prefix: str, message: str) -> dict[str, Any]:
    return {
        "ruleId": check,
        "ruleIndex": list(Check).index(check),
        "level": "error",
        "message": {"text": message},
        "locations": [_location(place, prefix)],
    }


def _location(place: Place, prefix: str) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(prefix + place.path), "uriBaseId": _ROOT},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    }


def _uri(path: str) -> str:
    return quote(path.encode(errors="surrogateescape"))
