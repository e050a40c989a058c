"""What pages show dozens of times, put together once for each set of values that it is made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import cast

from django import template
from django.forms import BoundField, ChoiceField
from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from migration_tracker.addresses import address
from migration_tracker.choices import options, plain
from migration_tracker.dashboard.burndown import Step
from migration_tracker.dashboard.lines import Detail, Line
from migration_tracker.definition import Links
from migration_tracker.inventory.models import Scan
from migration_tracker.jobs import State
from migration_tracker.smoke.models import Result, SmokeRun

register = template.Library()

_CURRENT = mark_safe(' aria-current="true"')
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
def line(row: Detail, may_smoke: bool) -> SafeString:
    """One worker as a row of the matrix."""
    return _line(row.line, row.key, row.phase_title, row.overdue, may_smoke)


@lru_cache(maxsize=4096)
def _line(line: Line, key: str, phase_title: str, overdue: bool, may_smoke: bool) -> SafeString:  # noqa: ARG001
    row = Detail(line, key, phase_title)
    values = {"row": row, "may_smoke": may_smoke}
    return mark_safe(get_template("dashboard/_line.html").render(values))  # noqa: S308 - a template escapes


@register.simple_tag
def run_row(run: SmokeRun, fingerprint: str) -> SafeString:
    """One smoke run as a row of a history; `fingerprint` is that of the code as it is now, or empty."""
    older = bool(fingerprint) and run.result == Result.PASSED and run.fingerprint != fingerprint
    if run.state != State.DONE:
        word, label = run.state, ""
    else:
        word, label = ("stale", "passed, code older") if older else (run.result, "")
    at = run.finished_at or run.requested_at
    return _run_row(run.pk, run.transport, word, label, run.short_commit, run.seconds, at)


@lru_cache(maxsize=4096)
def _run_row(
    number: int, transport: str, word: str, label: str, commit: str, seconds: float | None, at: datetime
) -> SafeString:
    shown = {"number": number, "transport": transport, "word": word, "label": label, "commit": commit}
    values = {**shown, "seconds": seconds, "at": at, "address": address("smoke:run_page", number)}
    return mark_safe(get_template("smoke/_row.html").render(values))  # noqa: S308 - a template escapes


@register.simple_tag
def strip(runs: Iterable[SmokeRun]) -> SafeString:
    """The last runs at a glance; `runs` has the latest first."""
    return _strip(tuple(run.result or run.state for run in runs))


@lru_cache(maxsize=1024)
def _strip(words: tuple[str, ...]) -> SafeString:
    return mark_safe(get_template("dashboard/_strip.html").render({"words": words}))  # noqa: S308 - a template escapes


@register.simple_tag
def steps(shown: tuple[Step, ...], scan: Scan | None) -> SafeString:
    """The burn-down as a table, the latest step first; commits are linked as the scan's definition says."""
    return _steps(shown, scan.definition.links if scan else None)


@lru_cache(maxsize=64)
def _steps(shown: tuple[Step, ...], links: Links | None) -> SafeString:
    values = {"steps": [(one, links.to_commit(one.commit) if links else "") for one in shown]}
    return mark_safe(get_template("dashboard/_steps.html").render(values))  # noqa: S308 - a template escapes


@register.simple_tag
def menu(migrations: Iterable[tuple[str, str]], key: str) -> SafeString:
    """The migrations that a reader may see, as items of the site's menu; `key` is that of the present one."""
    return _menu(tuple(migrations), key)


@lru_cache(maxsize=256)
def _menu(migrations: tuple[tuple[str, str], ...], present: str) -> SafeString:
    return format_html_join(
        "\n",
        '<li><a href="{}"{}>{}</a></li>',
        (
            (address("dashboard:migration", key), _CURRENT if key == present else "", name)
            for key, name in migrations
        ),
    )


@register.simple_tag
def chosen(field: BoundField) -> SafeString:
    """A field of the filter; the choices of a long list are the same for most readers."""
    if not isinstance(field.field, ChoiceField):
        return mark_safe(str(field))  # noqa: S308 - a form escapes
    offered = plain(cast("Iterable[tuple[object, object]]", field.field.choices))
    return format_html(
        '<select name="{}" id="{}">{}</select>',
        field.html_name,
        field.id_for_label,
        options(offered, str(field.value() or "")),
    )


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """A moment in the reader's zone, with nothing before or after it; _time.html tells its age too."""
    return _moment(at)


@lru_cache(maxsize=8192)
def _moment(at: datetime) -> SafeString:
    return mark_safe(get_template("_time.html").render({"at": at}).strip())  # noqa: S308 - a template escapes
