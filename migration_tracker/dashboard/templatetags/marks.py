"""What pages show dozens of times, put together once for each set of values that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import cast

from django import template
from django.forms import BoundField, ChoiceField
from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from migration_tracker.dashboard.lines import Detail, Line

register = template.Library()

_MARK = (
    '<span class="mark mark-{}"><svg class="icon" aria-hidden="true" focusable="false">'
    '<use href="#i-{}" /></svg>{}</span>'
)


@register.simple_tag
def mark(word: object, label: object = "") -> SafeString:
    """A word such as migrated, met or queued and its shape; `label` is read instead of the word."""
    return _mark(str(word), str(label or word))


@lru_cache(maxsize=1024)
def _mark(word: str, label: str) -> SafeString:
    return format_html(_MARK, word, word, label)


@register.simple_tag
def witnesses(said: Mapping[str, str], proven: bool) -> SafeString:
    """The small figure of what people, code and smoke say."""
    return _witnesses(said["people"], said["code"], said["smoke"], proven)


@lru_cache(maxsize=64)
def _witnesses(people: str, code: str, smoke: str, proven: bool) -> SafeString:
    figure = {"people": people, "code": code, "smoke": smoke, "proven": proven}
    return mark_safe(get_template("_witness.html").render(figure))  # noqa: S308 - a template escapes


@register.simple_tag
def line(row: Detail, may_smoke: bool) -> SafeString:
    """One worker as a row of the matrix."""
    return _line(row.line, row.key, row.phase_title, row.overdue, may_smoke)


@lru_cache(maxsize=4096)
def _line(line: Line, key: str, phase_title: str, overdue: bool, may_smoke: bool) -> SafeString:  # noqa: ARG001
    row = Detail(line, key, phase_title)
    values = {"row": row, "may_smoke": may_smoke}
    return mark_safe(get_template("dashboard/_line.html").render(values))  # noqa: S308 - a template escapes


@register.simple_tag
def chosen(field: BoundField) -> SafeString:
    """A field of the filter; the choices of a long list are the same for most readers."""
    if not isinstance(field.field, ChoiceField):
        return mark_safe(str(field))  # noqa: S308 - a form escapes
    offered = cast("Iterable[tuple[object, object]]", field.field.choices)
    choices = tuple((str(value), str(label)) for value, label in offered)
    return _choices(field.html_name, field.id_for_label, choices, str(field.value() or ""))


@lru_cache(maxsize=256)
def _choices(name: str, identity: str, choices: tuple[tuple[str, str], ...], value: str) -> SafeString:
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((one, mark_safe(" selected") if one == value else "", label) for one, label in choices),
    )
    return format_html('<select name="{}" id="{}">{}</select>', name, identity, options)


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """What _time.html says of a moment, but for its age."""
    return _moment(at)


@lru_cache(maxsize=8192)
def _moment(at: datetime) -> SafeString:
    return mark_safe(get_template("_time.html").render({"at": at}).strip())  # noqa: S308 - a template escapes
