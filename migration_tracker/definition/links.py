"""The `[links]` part of a definition: where commits and lines can be looked at in a browser."""

from __future__ import annotations

import re

from migration_tracker.definition.table import Table
from migration_tracker.definition.values import Links

_PLACE = re.compile(r"\{([^{}]*)\}")
_LINE, _COMMIT = ("commit", "path", "line"), ("commit",)


def read_links(table: Table) -> Links:
    """Check the `[links]` table. Raises DefinitionError."""
    links = Links(line=_address(table, "line", _LINE), commit=_address(table, "commit", _COMMIT))
    table.done()
    return links


def _address(table: Table, key: str, places: tuple[str, ...]) -> str:
    if key not in table:
        return table.raw(key) or ""
    address = table.text(key)
    if not address.startswith(("https://", "http://")):
        table.fail(key, "must be an address that begins with https:// or http://")
    held = set(_PLACE.findall(address))
    if held != set(places) or "{" in _PLACE.sub("", address) or "}" in _PLACE.sub("", address):
        wanted = ", ".join(f"{{{place}}}" for place in places)
        table.fail(key, f"must hold {wanted} and no other braces")
    return address
