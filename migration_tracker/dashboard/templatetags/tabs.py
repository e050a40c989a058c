"""The pages of one migration, in one row: where the reader is, and where else they can go."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from migration_tracker.addresses import address

register = template.Library()

_PAGES = {
    "dashboard:migration": "Overview",
    "checklists:waivers": "Waivers",
    "scope:changes": "Scope",
    "smoke:schedules": "Schedules",
    "notifications:page": "Notifications",
    "inventory:people": "People",
    "closing:page": "Closing",
}
_FOR_LEADS = "notifications:page"
_HERE = mark_safe(' aria-current="page"')


@register.simple_tag
def tabs(key: str, view: str, may_notify: bool) -> SafeString:
    """Links to the pages of a migration; `view` is the name of the one that is shown."""
    return _tabs(key, view, bool(may_notify))


@lru_cache(maxsize=1024)
def _tabs(key: str, view: str, may_notify: bool) -> SafeString:
    links = format_html_join(
        "\n",
        '<a href="{}"{}>{}</a>',
        (
            (address(page, key), _HERE if page == view else "", title)
            for page, title in _PAGES.items()
            if may_notify or page != _FOR_LEADS
        ),
    )
    return mark_safe(f'<nav class="wrap tabs" aria-label="Pages of this migration">{links}</nav>')  # noqa: S308 - its parts are escaped
