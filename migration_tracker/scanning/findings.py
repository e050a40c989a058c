"""From hits to findings, and from a worker's findings to its status."""

from __future__ import annotations

from collections.abc import Iterable

from migration_tracker.scanning.facts.values import Context
from migration_tracker.scanning.inventory import Finding, Kind, Rule, Status
from migration_tracker.scanning.linking import Hit
from migration_tracker.scanning.scope import Scope

_SAYS_MOST = (Kind.IMPORT, Kind.REFERENCE, Kind.DYNAMIC, Kind.CALL, Kind.SUBCLASS)
_KINDS = {"call": Kind.CALL, "decorator": Kind.CALL, "base": Kind.SUBCLASS, "load": Kind.REFERENCE}


def findings(hits: Iterable[Hit], scope: Scope) -> tuple[Finding, ...]:
    """The findings of one file's hits, in the order of places.

    An import or an alias is told only if nothing else is made of the symbol: it is then what is left over.
    """
    hits = [hit for hit in hits if hit.use.kind != "iterate"]
    used = {hit.symbol for hit in hits if hit.runs}
    told = {hit.symbol for hit in hits if hit.use.kind != "import"}
    kept: dict[tuple[Rule, str, int, int], Finding] = {}
    for hit in hits:
        is_import = hit.use.kind == "import"
        if is_import and (hit.symbol in told or hit.symbol not in scope.legacy):
            continue
        if hit.use.context == Context.ALIAS and not hit.runs and hit.symbol in used:
            continue
        found = _finding(hit, scope)
        at = (found.rule, found.symbol, found.line, found.column)
        if at not in kept or _weight(found) > _weight(kept[at]):
            kept[at] = found
    return tuple(sorted(kept.values(), key=lambda one: (one.line, one.column, one.rule, one.symbol)))


def _weight(found: Finding) -> tuple[bool, int]:
    """Of several findings at one place, the one that says most is told."""
    return found.counts, _SAYS_MOST.index(found.kind)


def status(found: Iterable[Finding]) -> Status:
    """A worker's status by its findings."""
    found = list(found)
    direct = any(one.counts and one.rule is Rule.DIRECT and one.kind is not Kind.DYNAMIC for one in found)
    transport = any(one.counts and one.rule is Rule.TRANSPORT for one in found)
    if direct:
        return Status.PARTIAL if transport else Status.DIRECT
    if any(one.kind is Kind.DYNAMIC for one in found):
        return Status.UNKNOWN
    return Status.MIGRATED if transport else Status.NONE


def _finding(hit: Hit, scope: Scope) -> Finding:
    use = hit.use
    if hit.symbol is None:
        kind, rule, symbol = Kind.DYNAMIC, Rule.DIRECT, hit.dynamic
    else:
        kind = _KINDS.get(use.kind, Kind.IMPORT)
        kind = Kind.REFERENCE if kind is Kind.IMPORT and use.context == Context.TYPE else kind
        rule = Rule.TRANSPORT if hit.symbol in scope.replacement else Rule.DIRECT
        symbol = hit.symbol
    return Finding(
        rule=rule,
        symbol=symbol,
        kind=kind,
        path=hit.path,
        line=use.line,
        column=use.column,
        via=hit.way,
        message=_message(kind, symbol, hit),
        counts=hit.runs,
        is_type=hit.is_type,
        within=hit.within,
    )


def _message(kind: Kind, symbol: str, hit: Hit) -> str:
    through = f" through {' → '.join(hit.way)}" if hit.way else ""
    if kind is Kind.DYNAMIC:
        if hit.way:
            return f"may build a client{through}: what it imports or reads there is named at run time"
        return f"may build a client: what {symbol} gives is named at run time"
    if kind is Kind.CALL:
        return f"reaches {symbol}{through}" if hit.way else f"calls {symbol}"
    if kind is Kind.SUBCLASS:
        return f"inherits from {symbol}{through}"
    if kind is Kind.IMPORT:
        return f"imports {symbol}{through}, and nothing here uses it"
    if hit.runs:
        return f"hands on {symbol}{through}"
    return f"names {symbol}{through}" + (" as a type" if hit.use.context == Context.TYPE else "")
