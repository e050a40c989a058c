"""Dead letters as text for people and as JSON for scripts, with what looks like a secret taken out."""

import json
import re
from collections.abc import Sequence

from transport.letters.letter import Letter

HIDDEN = "(hidden)"
SECRET_NAME = re.compile(r"auth|token|secret|passw|cookie|credential|api[-_]?key|sas", re.IGNORECASE)
SECRET_TEXT = re.compile(
    r"(?P<name>SharedAccessKey|SharedAccessSignature|AccountKey|passw(?:or)?d|secret|token|api[-_]?key|sig)"
    r"(?P<equals>[\"']?\s*[=:]\s*[\"']?)(?P<value>[^\s;&,\"']+)"
    r"|(?P<scheme>\b(?:Bearer|Basic)\s+)(?P<given>[\w.~+/=-]{8,})"
    r"|(?P<before>://[^\s/:@]*:)(?P<password>[^\s/@]+)(?=@)",
    re.IGNORECASE,
)


def rows(letters: Sequence[Letter]) -> list[str]:
    """A line for each letter, below a heading, in columns."""
    table = [("letter", "died", "from", "attempts", "key", "bytes", "replayed", "reason")]
    table += [
        (
            str(one.place),
            one.died.isoformat(timespec="seconds"),
            f"{plain(one.origin)} {one.origin_place}".strip() or "?",
            one.attempts or "?",
            _key(one),
            "null" if one.size is None else str(one.size),
            "yes" if one.replayed else "no",
            plain(one.reason),
        )
        for one in letters
    ]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]


def page(letter: Letter, value: bytes | None, *, with_value: bool) -> list[str]:
    """Everything a letter tells, a line each; its value only if asked for, as it is the customer's."""
    lines = [
        ("letter", str(letter.place)),
        ("died", letter.died.isoformat(timespec="milliseconds")),
        ("from", f"{plain(letter.origin)} {letter.origin_place}".strip() or "it does not say"),
        *([("prefix", plain(letter.prefix))] if letter.prefix else []),
        ("attempts", letter.attempts or "it does not say"),
        ("reason", plain(letter.reason) or "it does not say"),
        ("replayed", "yes" if letter.replayed else "no"),
        ("key", _key(letter)),
        *((f"header {plain(name)}", _header(name, content)) for name, content in letter.headers),
        ("bytes", "null" if letter.size is None else str(letter.size)),
    ]
    if with_value:
        lines.append(("value", "null" if value is None else _bytes(value)))
    width = max(len(name) for name, _ in lines)
    return [f"{name.ljust(width)}  {text}".rstrip() for name, text in lines]


def as_json(letter: Letter) -> str:
    """A letter as a line of JSON. Bytes that are no UTF-8 are shown as escapes."""
    return json.dumps(
        {
            "letter": str(letter.place),
            "died": letter.died.isoformat(timespec="milliseconds"),
            "origin": letter.origin,
            "origin_place": letter.origin_place,
            "attempts": letter.attempts,
            "reason": plain(letter.reason),
            "replayed": letter.replayed,
            "key": None if letter.key is None else _bytes(letter.key),
            "bytes": letter.size,
            "headers": [[plain(name), _header(name, content)] for name, content in letter.headers],
        },
        ensure_ascii=False,
    )


def plain(text: str) -> str:
    """Text without secrets, and without characters that could drive a terminal."""
    shown = SECRET_TEXT.sub(_hidden, text)
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in shown)


def _hidden(found: re.Match[str]) -> str:
    kept = (found[name] or "" for name in ("name", "equals", "scheme", "before"))
    return "".join(kept) + HIDDEN


def _header(name: str, content: bytes) -> str:
    return HIDDEN if SECRET_NAME.search(name) else _bytes(content)


def _key(letter: Letter) -> str:
    return "none" if letter.key is None else _bytes(letter.key)


def _bytes(content: bytes) -> str:
    return plain(content.decode("utf-8", "backslashreplace"))
