"""The audit trail as CSV for a spreadsheet and as JSON Lines, which can be verified again."""

import csv
import json
from collections.abc import Iterable, Iterator

from migration_tracker.audit.models import Entry

COLUMNS = (
    "chain",
    "position",
    "at",
    "actor_name",
    "action",
    "subject_type",
    "subject_id",
    "subject_label",
    "sentence",
    "detail",
    "previous",
    "digest",
)
# A spreadsheet takes a cell that starts like this for a formula; see OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Line:
    """A file that hands back what was written to it."""

    def write(self, line: str) -> str:
        return line


def as_csv(entries: Iterable[Entry]) -> Iterator[str]:
    """A head and a line for each entry; a cell that a spreadsheet would run begins with an apostrophe."""
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for entry in entries:
        row = {**_fields(entry), "detail": json.dumps(entry.detail, ensure_ascii=False)}
        yield writer.writerow([_safe(str(row[column])) for column in COLUMNS])


def as_json_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """A JSON object for each entry: all that its digest is taken over, and the digest."""
    for entry in entries:
        whole = {**entry.content(), "digest": entry.digest}
        yield json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"


def _fields(entry: Entry) -> dict[str, object]:
    subject_type, subject_id, subject_label = entry.content()["subject"]
    subject = {"subject_type": subject_type, "subject_id": subject_id, "subject_label": subject_label}
    return {**entry.content(), **subject, "digest": entry.digest}


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
