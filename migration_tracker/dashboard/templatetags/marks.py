"""What a page shows dozens of times, put together once: a word with its shape, the figure of witnesses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django import template
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

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
