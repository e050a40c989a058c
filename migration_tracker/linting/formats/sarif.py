"""An outcome as SARIF 2.1.0 (OASIS), the form that code hosts and editors read.

Known uses are `unchanged` and suppressed by the baseline, allowed ones are suppressed in the source, so that
a viewer that honours suppressions shows just the problems.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from migration_tracker import __version__
from migration_tracker.linting.identity import identity
from migration_tracker.linting.outcome import EXPLAINED, Check, Outcome, Problem, Suppressed
from migration_tracker.scanning import Finding, Place, Unreadable

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"


def show(outcome: Outcome) -> str:
    """A log with one run."""
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(outcome).log()]}, indent=1)


class _Run:
    """One run; its places lead from the root of the work tree."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def log(self) -> dict[str, Any]:
        outcome = self._outcome
        in_baseline = {"kind": "external", "justification": f"in {outcome.baseline}"}
        unread = outcome.inventory.files.unreadable
        return {
            "tool": {"driver": _driver(outcome)},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the work tree."}}},
            "invocations": [
                {
                    "executionSuccessful": True,
                    "toolExecutionNotifications": [self._unread(one) for one in unread],
                }
            ],
            "results": [
                *(self._problem(one) for one in outcome.problems),
                *(self._use(one, "unchanged", one.message, in_baseline) for one in outcome.known),
                *(self._allowed(one) for one in outcome.suppressed),
            ],
        }

    def _problem(self, one: Problem) -> dict[str, Any]:
        if one.found is not None:
            return self._use(one.found, "new", one.message)
        return self._result(one.check, one.place, one.message)

    def _allowed(self, one: Suppressed) -> dict[str, Any]:
        in_source = {"kind": "inSource", "justification": one.suppression.reason}
        return self._use(one.found, "unchanged", one.found.message, in_source)

    def _use(self, found: Finding, state: str, message: str, *suppressions: dict[str, str]) -> dict[str, Any]:
        result = self._result(Check.DIRECT, found.place, message)
        if found.within:
            result["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": found.within}]
        digest = hashlib.sha256(str(identity(found)).encode(errors="surrogateescape")).hexdigest()
        return result | {
            "baselineState": state,
            "suppressions": list(suppressions),
            "partialFingerprints": {"use/v1": digest},
        }

    def _result(self, check: Check, place: Place, message: str) -> dict[str, Any]:
        return {
            "ruleId": check,
            "ruleIndex": list(Check).index(check),
            "level": "error",
            "message": {"text": message},
            "locations": [self._location(place)],
        }

    def _unread(self, one: Unreadable) -> dict[str, Any]:
        return {
            "level": "warning",
            "message": {"text": one.reason},
            "locations": [self._location(Place(one.path, 1, 1))],
        }

    def _location(self, place: Place) -> dict[str, Any]:
        path = self._outcome.from_top(place.path)
        return {
            "physicalLocation": {
                "artifactLocation": {
                    "uri": quote(path.encode(errors="surrogateescape")),
                    **({} if path.startswith("/") else {"uriBaseId": _ROOT}),
                },
                "region": {"startLine": place.line, "startColumn": place.column},
            }
        }


def _driver(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": "migration-tracker",
        "version": __version__,
        "rules": [_rule(check, outcome.guide) for check in Check],
    }


def _rule(check: Check, guide: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": check, "shortDescription": {"text": EXPLAINED[check]}}
    if guide.startswith(("https://", "http://")):
        rule["helpUri"] = guide
    elif guide:
        rule["help"] = {"text": f"See {guide}."}
    return rule
