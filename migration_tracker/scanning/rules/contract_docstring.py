"""contract-docstring: the worker's class says in its docstring what the transport layer holds it to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from migration_tracker.scanning.facts.values import Scope as CodeScope
from migration_tracker.scanning.inventory import Place, Verdict
from migration_tracker.scanning.rules.subject import ItemRule, Subject, listed

_CONTRACT = re.compile(r"\bcontract\b", re.IGNORECASE)
_POINTS = {
    "one message a call": re.compile(
        r"\b(?:one|single|a) message\b|\bmessage[- ]at[- ]a[- ]time\b", re.IGNORECASE
    ),
    "all work awaited": re.compile(r"\bawait|\bno background\b", re.IGNORECASE),
    "committed only afterwards": re.compile(r"\bcommit|\bcheckpoint|\backnowledg", re.IGNORECASE),
}


def _judge(subject: Subject) -> tuple[Verdict, str, Iterable[Place]]:
    classes = _worker_classes(subject)
    if not classes:
        return Verdict.UNKNOWN, "No class was found that could be the worker", ()
    missing = [(one, lacks) for one in classes if (lacks := _lacks(one.doc))]
    if missing:
        names = listed(one.name for one, _ in missing)
        return (
            Verdict.UNMET,
            f"The docstring of {names} does not state {missing[0][1]}",
            [subject.place(one) for one, _ in missing],
        )
    return (
        Verdict.MET,
        f"The docstring of {listed(one.name for one in classes)} states the contract",
        [subject.place(one) for one in classes],
    )


def _lacks(doc: str | None) -> str:
    if doc is None or not _CONTRACT.search(doc):
        return "the contract" if doc else "anything: there is none"
    points = [point for point, words in _POINTS.items() if not words.search(doc)]
    return f"this of the contract: {', '.join(points)}" if points else ""


def _worker_classes(subject: Subject) -> list[CodeScope]:
    """The outermost classes that hold a client, else those called worker, else the only one there is."""
    scopes = subject.facts.scopes
    outer = [number for number, scope in enumerate(scopes) if scope.kind == "class" and scope.parent == 0]
    places = {(one.line, one.column) for one in subject.findings if one.counts}
    holding = {
        around
        for use in subject.facts.uses
        if (use.line, use.column) in places
        for around in subject.facts.enclosing(use.scope)
    }
    named = [number for number in outer if scopes[number].name.lower().endswith("worker")]
    chosen = [number for number in outer if number in holding] or named or (outer if len(outer) == 1 else [])
    return [scopes[number] for number in chosen]


RULE = ItemRule(
    "contract-docstring",
    _judge,
    met=(
        '''
class DownloadWorker:
    """Download media to the cache.

    Transport layer contract: one message a call, all work awaited, committed only after the handler returned.
    """
''',
    ),
    unmet=(
        '''
class DownloadWorker:
    """Download media to the cache."""
''',
        """
class DownloadWorker:
    pass
""",
        '''
class DownloadWorker:
    """Transport layer contract: one message a call."""
''',
    ),
    unknown=(
        """
async def main():
    return None
""",
    ),
)
