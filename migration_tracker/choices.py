"""Choices among hundreds, such as workers or time zones: put together once, not anew for each page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Options = tuple[tuple[str, "str | Options"], ...]
"""Values with their labels, or names of groups with the options in them."""

_SELECTED = mark_safe(" selected")


class Choices(forms.Select):
    """A select with the same choices for most readers."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        said = flatatt({"name": name, **self.attrs, **(attrs or {})})
        return format_html("<select{}>{}</select>", said, options(plain(self.choices), str(value or "")))


def plain(choices: Iterable[tuple[Any, Any]]) -> Options:
    """Choices as values that can be told apart."""
    return tuple(
        (str(value), plain(label) if isinstance(label, list | tuple) else str(label))
        for value, label in choices
    )


@lru_cache(maxsize=256)
def options(choices: Options, chosen: str) -> SafeString:
    """The options of a select, `chosen` being selected."""
    return format_html_join(
        "",
        "{}",
        (
            (
                format_html('<optgroup label="{}">{}</optgroup>', one, options(label, chosen))
                if isinstance(label, tuple)
                else format_html(
                    '<option value="{}"{}>{}</option>', one, _SELECTED if one == chosen else "", label
                ),
            )
            for one, label in choices
        ),
    )
