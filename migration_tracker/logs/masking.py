"""Takes secrets out of what is about to be logged, whoever wrote it and however deep in a traceback."""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from typing import Any

from transport.letters.text import HIDDEN, SECRET_TEXT

_OURS = re.compile(
    r"(?P<name>\b(?:sessionid|csrftoken|csrfmiddlewaretoken|x-csrftoken|authorization|cookie|code_verifier)\b"
    r"[\"']?\s*[=:]\s*[\"']?)"
    r"(?P<value>(?:(?:Bearer|Basic)\s+)?[^\s;&,\"'}]+)"
    r"|(?P<token>\bmt_[\w-]{20,})"  # migration_tracker.accounts.tokens.PREFIX
    r"|(?P<way>/sign-in/(?:link/|oidc/back\?))[^\s\"']+"  # whoever has the rest may be signed in by it
    r"|(?P<jwt>\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]*)"
    r"|(?P<key>-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))",
    re.IGNORECASE | re.DOTALL,
)
_SHORTEST = 6  # a shorter one would blot out ordinary words
_values: set[str] = set()


def hide(values: Iterable[str | None]) -> None:
    """Hide these very values from now on, wherever they come up in this process's log."""
    _values.update(value for value in values if value and len(value) >= _SHORTEST)


def without_secrets(text: str) -> str:
    """`text` with what is known to be a secret, and what looks like one, replaced."""
    for value in sorted(_values, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return _OURS.sub(_ours, SECRET_TEXT.sub(_theirs, text))


def masked(_logger: object, _method: str, line: str | MutableMapping[str, Any]) -> str:
    """structlog's last processor: what it gets is the finished line, its traceback included."""
    return without_secrets(str(line))


def _theirs(found: re.Match[str]) -> str:
    if found["name"]:
        return f"{found['name']}{found['equals']}{HIDDEN}"
    return f"{found['scheme'] or found['before']}{HIDDEN}"


def _ours(found: re.Match[str]) -> str:
    return f"{found['name'] or found['way'] or ''}{HIDDEN}"
