"""A stage's evidence as lines to read: `{% for label, lines in stage.evidence|told %}`."""

from collections.abc import Iterator
from typing import Any

from django import template

register = template.Library()


@register.filter
def told(evidence: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Each value of a nested JSON object, with the way to it as its label; phrases have a line each."""
    return [(" · ".join(way), lines) for way, lines in _told(evidence, ())]


def _told(value: Any, way: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    if isinstance(value, dict) and (value or not way):
        for key, inner in value.items():
            yield from _told(inner, (*way, key))
    elif isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value):
        for number, inner in enumerate(value, 1):
            yield from _told(inner, (*way[:-1], f"{way[-1]} {number}") if way else (str(number),))
    elif isinstance(value, list):
        entries = [str(one) for one in value]
        yield way, entries if any(" " in one for one in entries) else [", ".join(entries) or "none"]
    else:
        yield way, ["none" if value in ({}, None, "") else str(value)]
