"""From the bytes of a Python file to its text, and the lines around a place."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from migration_tracker.scanning.inventory import Finding, Inventory
from migration_tracker.scanning.sources import Source, Unreadable

MOST_BYTES = 2_000_000

AROUND = 6


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of a file; `first_line` is the number of the first, counted from 1."""

    text: str
    first_line: int


def decode(content: bytes) -> str:
    """The text of a Python file, by its BOM or coding cookie (PEP 263), with \\n as the end of a line.

    Raises:
        ValueError: the coding is unknown, or the bytes do not fit it.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except SyntaxError as error:
        missing = "invalid or missing encoding declaration" in str(error.msg)
        raise ValueError(
            "not UTF-8, and no other coding is declared" if missing else str(error.msg)
        ) from None
    except UnicodeDecodeError as error:
        raise ValueError(f"not {error.encoding}: byte {error.start} cannot be decoded") from None
    except LookupError as error:  # base64 and its like are codecs, but not of text
        raise ValueError(str(error).partition(";")[0]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def excerpt(text: str, line: int) -> Excerpt:
    """The lines around a line of a text, six before and six after."""
    first = max(1, line - AROUND)
    return Excerpt("\n".join(text.split("\n")[first - 1 : line + AROUND]).rstrip("\n"), first)


def excerpts(source: Source, inventory: Inventory) -> Mapping[Finding, Excerpt]:
    """The code around every finding of an inventory, read again from its source."""
    findings = [*inventory.elsewhere, *(found for worker in inventory.workers for found in worker.findings)]
    known = texts(source, {found.path for found in findings})
    return {found: excerpt(known[found.path], found.line) for found in findings if found.path in known}


def texts(source: Source, paths: Iterable[str]) -> dict[str, str]:
    """The texts of Python files of a source; those that are not there or cannot be read are left out."""
    known = {}
    for path, content in source.read(sorted(paths), most=MOST_BYTES):
        if not isinstance(content, Unreadable):
            try:
                known[path] = decode(content)
            except ValueError:
                continue
    return known
