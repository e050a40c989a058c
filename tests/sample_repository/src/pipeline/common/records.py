"""What goes over the topics: dataclasses to JSON and back.

A field without a default has to be there. Text has to be text: the vendors have sent numbers for ids before, and the
tables do not like it.
"""

import json
from dataclasses import MISSING, asdict, fields
from typing import Any, Self


class BadRecord(ValueError):
    """What came is not the record that was expected."""


class Record:
    """Base of the dataclasses that travel."""

    @classmethod
    def from_json(cls, raw: bytes | None) -> Self:
        try:
            data = json.loads(raw or b"")
        except ValueError:
            raise BadRecord(f"{cls.__name__}: no JSON") from None
        if not isinstance(data, dict):
            raise BadRecord(f"{cls.__name__}: no JSON object")
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        known: dict[str, Any] = {}
        for field in fields(cls):  # type: ignore[arg-type]
            needed = field.default is MISSING and field.default_factory is MISSING
            if field.name in data:
                if field.type in (str, "str") and not isinstance(data[field.name], str):
                    raise BadRecord(f"{cls.__name__}: {field.name} must be text")
                known[field.name] = data[field.name]
            elif needed:
                raise BadRecord(f"{cls.__name__}: {field.name} is missing")
        return cls(**known)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload]

    def to_json(self) -> bytes:
        return json.dumps(self.to_dict(), separators=(",", ":")).encode()
