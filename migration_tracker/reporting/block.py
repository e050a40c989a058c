"""The marked block of a document: what is between the marks is the report's, the rest is its writers'."""

from __future__ import annotations

import re
from dataclasses import dataclass

BEGIN = "<!-- migration-tracker report: what follows is written by `migration-tracker report --update` -->"
END = "<!-- migration-tracker report: end -->"

_BEGIN = re.compile(r"^<!-- migration-tracker report\b(?!: end -->).*?-->(?=[ \t\r]*$)", re.MULTILINE)
_END = re.compile(rf"^{re.escape(END)}(?=[ \t\r]*$)", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,5}) ", re.MULTILINE)


class BlockError(Exception):
    """A document without a block that can be told, in one line."""


@dataclass(frozen=True, slots=True)
class Block:
    """A document taken apart: what is before the report, what is in its place, and what comes after."""

    before: str
    inside: str
    after: str

    @classmethod
    def of(cls, text: str, name: str) -> Block:
        """Find the block in a text; `name` is how messages call it.

        Raises:
            BlockError: it has no block, or more than one, or one that does not end.
        """
        begins, ends = list(_BEGIN.finditer(text)), list(_END.finditer(text))
        if not begins and not ends:
            raise BlockError(f"{name}: no block for the report; add these two lines: {BEGIN} and {END}")
        if len(begins) != 1 or len(ends) != 1 or ends[0].start() < begins[0].end():
            lines = ", ".join(str(text.count("\n", 0, one.start()) + 1) for one in (*begins, *ends))
            raise BlockError(
                f"{name}: the marks on lines {lines} are no one block; keep one beginning and one end"
            )
        begin, end = begins[0].end(), ends[0].start()
        return cls(text[:begin], text[begin:end], text[end:])

    @property
    def level(self) -> int:
        """The level of the headings that fit below the heading before the block."""
        headings = _HEADING.findall(self.before)
        return len(headings[-1]) + 1 if headings else 1

    def filled(self, report: str) -> str:
        """The whole document with a report in its block."""
        newline = "\r\n" if "\r\n" in self.before else "\n"
        return self.before + f"\n\n{report.strip()}\n\n".replace("\n", newline) + self.after
