"""The items of a phase that a document answers: it must exist, and say what the definition wants of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migration_tracker.scanning.inventory import Judgement, Place, Verdict
from migration_tracker.scanning.scope import Document
from migration_tracker.scanning.sources import Unreadable


def judge(document: Document, contents: Mapping[str, bytes | Unreadable]) -> Judgement:
    """Whether a document is there and says what it must.

    Args:
        document: what is wanted.
        contents: the files that were read, by path.
    """
    content = contents.get(document.path)
    place = (Place(document.path, 1, 1),)
    if content is None:
        return Judgement(document.item, Verdict.UNMET, f"{document.path} does not exist")
    if isinstance(content, Unreadable):
        return Judgement(document.item, Verdict.UNKNOWN, f"{document.path}: {content.reason}", place)
    text = content.decode("utf-8", errors="replace")
    missing = [phrase for phrase in document.says if not _says(text, phrase)]
    if not text.strip():
        return Judgement(document.item, Verdict.UNMET, f"{document.path} is empty", place)
    if missing:
        listed = ", ".join(f"“{phrase}”" for phrase in missing)
        return Judgement(document.item, Verdict.UNMET, f"{document.path} does not say {listed}", place)
    asked = len(document.says)
    said = f" and says {'what is' if asked == 1 else f'all {asked} things'} asked of it" if asked else ""
    return Judgement(document.item, Verdict.MET, f"{document.path} is there{said}", place)


def _says(text: str, phrase: str) -> bool:
    if len(phrase) > 2 and phrase.startswith("/") and phrase.endswith("/"):
        return re.search(phrase[1:-1], text, re.MULTILINE) is not None
    return _plain(phrase) in _plain(text)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
