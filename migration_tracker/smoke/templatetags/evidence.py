"""A stage's evidence as lines to read: `{% for label, text in stage.evidence|told %}`."""

from collections.abc import Iterator
from typing import Any

from django import template

register = template.Library()


@register.filter
def told(evidence: dict[str, Any]) -> list[tuple[str, str]]:
    """Each value of a nested JSON object, with the way to it as its label."""
    return [(" · ".join(way), text) for way, text in _told(evidence, ())]


def _told(value: Any, way: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict) and (value or not way):
        for key, inner in value.items():
            yield from _told(inner, (*way, key))
    elif isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value):
        for number, inner in enumerate(value, 1):
            yield from _told(inner, (*way[:-1], f"{way[-1]} {number}") if way else (str(number),))
    elif isinstance(value, list):
        yield way, ", ".join(map(str, value)) or "none"
    else:
        yield way, "none" if value in ({}, None, "") else str(value)
