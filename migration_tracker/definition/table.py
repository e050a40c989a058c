"""A TOML table that is read key by key; what is wrong or left over is told with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from typing import Any, NoReturn

from migration_tracker.definition.errors import DefinitionError
from migration_tracker.scanning import globs

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")

Path = tuple[str | int, ...]


class Lines:
    """Where each key of a TOML text stands; tomllib does not tell."""

    def __init__(self, where: str, text: str) -> None:
        self.where = where
        self._lines: dict[Path, int] = {}
        arrays: dict[Path, int] = {}
        table: Path = ()
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.match(line):
                table = self._place(header[2], arrays)
                if header[1] == "[[":
                    arrays[table] = arrays.get(table, -1) + 1
                    table = (*table, arrays[table])
                self._lines.setdefault(table, number)
            elif key := _KEY.match(line):
                self._lines.setdefault((*table, *_parts(key[1])), number)

    def fail(self, path: Path, what: str) -> NoReturn:
        """Raise the one-line error about a key."""
        known = next(
            (self._lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self._lines), 1
        )
        key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        raise DefinitionError(f"{self.where}:{known}: {f'{key}: ' if key else ''}{what}")

    @staticmethod
    def _place(header: str, arrays: Mapping[Path, int]) -> Path:
        parts = _parts(header)
        place: Path = ()
        for position, part in enumerate(parts):
            place = (*place, part)
            if place in arrays and position < len(parts) - 1:
                place = (*place, arrays[place])
        return place


class Table:
    """Takes its keys one by one, checking types; `done()` refuses what nobody took."""

    def __init__(self, values: Mapping[str, Any], lines: Lines, path: Path = ()) -> None:
        self._values = values
        self._lines = lines
        self._path = path
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def fail(self, key: str | None, what: str) -> NoReturn:
        """Raise the one-line error about this table or one of its keys."""
        self._lines.fail((*self._path, key) if key else self._path, what)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; without a default it must be there."""
        value = self._take(key, default)
        if not isinstance(value, str) or not value.strip():
            self.fail(key, f'must be a text that is not empty, as in {key} = "…"')
        return value

    def flag(self, key: str) -> bool:
        """True or false; false if it is not there."""
        value = self._take(key, False)
        if not isinstance(value, bool):
            self.fail(key, f"must be true or false, as in {key} = true")
        return value

    def texts(
        self, key: str, default: Iterable[str] | None = None, *, or_one: bool = False
    ) -> tuple[str, ...]:
        """A list of texts; `or_one` also takes a single text."""
        value = self._take(key, None if default is None else list(default))
        if or_one and isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            self.fail(key, f'must be a list of texts, as in {key} = ["…"]')
        return tuple(value)

    def globs(self, key: str, default: Iterable[str] = (), *, needed: bool = False) -> tuple[str, ...]:
        """A list of globs, or a single one."""
        found = self.texts(key, None if needed else default, or_one=True)
        for glob in found:
            if wrong := globs.problem(glob):
                self.fail(key, f"the glob “{glob}” {wrong}")
        return found

    def key(self, taken: Set[str]) -> str:
        """The table's own `key`: small letters and digits, unlike those that are `taken`."""
        key = self.text("key")
        if not _NAME.fullmatch(key):
            self.fail("key", f"“{key}” must be small letters and digits, joined by -")
        if key in taken:
            self.fail("key", f"“{key}” is there already; choose another")
        return key

    def table(self, key: str, *, needed: bool = False) -> Table:
        """A table; an empty one if it is not there, unless it is needed."""
        value = self._take(key, None if needed else {})
        if not isinstance(value, dict):
            self.fail(key, "must be a table")
        return Table(value, self._lines, (*self._path, key))

    def tables(self, key: str) -> list[Table]:
        """A list of tables, written with [[…]]; an empty one if it is not there."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            name = ".".join(str(part) for part in (*self._path, key) if isinstance(part, str))
            self.fail(key, f"must be a list of tables, written [[{name}]]")
        return [Table(one, self._lines, (*self._path, key, number)) for number, one in enumerate(value)]

    def mapping(self, key: str, kind: type | tuple[type, ...], said: str) -> dict[str, Any]:
        """A table with keys of the writer's choice, whose values are all of one kind."""
        inner = self.table(key)
        for name, value in inner._values.items():
            if not isinstance(value, kind) or isinstance(value, bool):
                inner.fail(name, f"must be {said}")
        return dict(inner._values)

    def raw(self, key: str) -> Any:
        """A value of any type; None if it is not there."""
        return self._take(key, None) if key in self._values else self._know(key)

    def names(self) -> tuple[str, ...]:
        """The keys that are there, for tables whose keys are the writer's choice."""
        return tuple(self._values)

    def done(self) -> None:
        """Refuse every key that nobody took."""
        for key in self._values:
            if key not in self._known:
                import difflib  # slow to import, and only needed to help with an error

                near = difflib.get_close_matches(key, self._known, 1)
                advice = (
                    f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(self._known))}"
                )
                self.fail(key, f"unknown key; {advice}")

    def _know(self, key: str) -> None:
        self._known.append(key)

    def _take(self, key: str, default: Any) -> Any:
        self._know(key)
        if key in self._values:
            return self._values[key]
        if default is None:
            import difflib  # slow to import, and only needed to help with an error

            near = difflib.get_close_matches(key, [one for one in self._values if one not in self._known], 1)
            self.fail(None, f"{key} is missing" + (f"; is {near[0]} meant to be it?" if near else ""))
        return default


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
