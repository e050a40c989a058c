"""Walking a chain to see whether anybody has touched it.

The seal is over an entry's values as `Entry.content` gives them. To make those of a million entries takes
longer than to hash them, so the text that was sealed is put together from what the database holds. Where the
digest is not that of this text, the entry itself decides.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import TextField
from django.db.models.functions import Cast

from migration_tracker.audit.models import Chain, Entry, canonical

_AS_STORED = (
    *("position", "previous", "digest", "id", "at_text", "actor_id", "actor_name", "action"),
    *("subject_type", "subject_id", "subject_label", "sentence", "detail_text"),
)
_AT_ONCE, _UTC = 5_000, "+00:00"
_quoted: Callable[[str], str] = lru_cache(maxsize=1024)(canonical)
"""A text as JSON; names, actions and kinds come again and again."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk along one chain has found; `flaw` is empty when every entry is as it was written."""

    chain: str
    entries: int
    flaw: str


def verify(chain: str) -> Verification:
    """Walk a chain from its first entry and say where it was altered, if it was."""
    previous, position = "", 0
    texts = {name: Cast(name.removesuffix("_text"), TextField()) for name in ("at_text", "detail_text")}
    entries = Entry.objects.filter(chain=chain).order_by("position").annotate(**texts)
    for place, before, digest, pk, *said in entries.values_list(*_AS_STORED).iterator(_AT_ONCE):
        position += 1
        if place != position:
            return Verification(chain, position - 1, f"entry {position} is missing")
        if before != previous:
            return Verification(chain, position, f"entry {position} does not follow from the one before it")
        if digest != _seal(chain, place, before, *said) and not _untouched(pk):
            return Verification(chain, position, f"entry {position} was altered after it was written")
        previous = digest
    end = Chain.objects.filter(key=chain).first()
    if end and (end.length, end.head) != (position, previous):
        return Verification(
            chain, position, f"the chain ends at entry {position}, but {end.length} were written"
        )
    return Verification(chain, position, "")


def _seal(
    chain: str,
    position: int,
    previous: str,
    at: str,
    actor: int | None,
    *said: str,
) -> str:
    """What `Entry.seal` gives for the same entry, from the texts of the database; else empty."""
    name, action, kind, subject, label, sentence, detail = said
    try:
        moment = datetime.fromisoformat(at).isoformat()
        text = (
            f'{{"action":{_quoted(action)},"actor":{"null" if actor is None else actor}'
            f',"actor_name":{_quoted(name)},"at":"{moment.removesuffix(_UTC)}{_UTC}","chain":{_quoted(chain)}'
            f',"detail":{canonical(json.loads(detail))},"position":{position},"previous":"{previous}"'
            f',"sentence":{canonical(sentence)}'
            f',"subject":[{_quoted(kind)},{canonical(subject)},{canonical(label)}]}}'
        )
        return hashlib.sha256(text.encode()).hexdigest()
    except (TypeError, ValueError):  # what stands there is no moment, text or JSON
        return ""


def _untouched(pk: int) -> bool:
    """Whether an entry, read as it is read everywhere else, still has the digest of what it says."""
    try:
        entry = Entry.objects.get(pk=pk)
        return entry.seal() == entry.digest
    except (TypeError, ValueError, AttributeError):  # what stands there is no moment, text or JSON
        return False
