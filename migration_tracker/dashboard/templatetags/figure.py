"""The figure of the three witnesses, put together once for each of the few ways it can look.

Two that say the same are joined, two that contradict each other are torn apart, and a closed green triangle
is a proof.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from migration_tracker.dashboard.witnesses import Says

register = template.Library()

_PLACES = {"people": (24, 8), "code": (8, 36), "smoke": (40, 36)}
_SPOKEN = {"people": "People", "code": "Code", "smoke": "Smoke runs"}
_WORDS: dict[str, str] = {Says.AGREE: "done", Says.DISAGREE: "not done", Says.SILENT: "silent"}


@register.simple_tag
def witnesses(people: str, code: str, smoke: str, proven: bool, size: str = "small") -> SafeString:
    """What people, code and smoke runs say of a worker, each a word of `Says`; `size` is small or large."""
    return _witnesses(str(people), str(code), str(smoke), bool(proven), size)


@lru_cache(maxsize=128)
def _witnesses(people: str, code: str, smoke: str, proven: bool, size: str) -> SafeString:
    said = {"people": people, "code": code, "smoke": smoke}
    joined = proven and people == Says.SILENT  # a proof needs nobody's word
    label = " ".join(f"{_SPOKEN[name]}: {_WORDS[word]}." for name, word in said.items())
    figure = {
        "size": size,
        "proven": proven,
        "label": f"Proven. {label}" if proven else label,
        "lines": [
            _line("people", "code", "is-joined is-agree" if joined else _between(people, code)),
            _line("people", "smoke", "is-joined is-agree" if joined else _between(people, smoke)),
            _line("code", "smoke", _between(code, smoke)),
        ],
        "nodes": [(word, *_PLACES[name]) for name, word in said.items()],
    }
    return mark_safe(get_template("_witness.html").render(figure))  # noqa: S308 - a template escapes


def _line(one: str, other: str, how: str) -> tuple[str, str]:
    (x, y), (to_x, to_y) = _PLACES[one], _PLACES[other]
    return how, f"M{x} {y}L{to_x} {to_y}"


def _between(one: str, other: str) -> str:
    if Says.SILENT in (one, other):
        return "is-faint"
    return f"is-joined is-{one}" if one == other else "is-torn"
