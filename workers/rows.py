"""Rows of a Delta table in Arrow's columns: a pydantic model's fields are the columns."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from arro3.core import Array, DataType, Field, RecordBatch, Schema
from pydantic import BaseModel
from pydantic_core import to_json

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
TIME = DataType.timestamp("us", tz="UTC")


def as_batch(model: type[BaseModel], rows: Sequence[BaseModel]) -> RecordBatch:
    """`rows` as Arrow; a column's type follows from its field, so that it is the same for every batch.

    Text, whole numbers, numbers, truth values and times (to the microsecond; without a zone they are UTC)
    have types of their own; whatever else, such as lists and nested models, is text in JSON.
    """
    dumped = [row.model_dump() for row in rows]
    names = [name for name, field in model.model_fields.items() if not field.exclude]
    kinds = {name: _kind(model.model_fields[name].annotation) for name in names}
    arrays = [_array(*kinds[name], [row[name] for row in dumped]) for name in names]
    schema = Schema(
        [Field(name, array.type, nullable=True) for name, array in zip(names, arrays, strict=True)]
    )
    return RecordBatch(arrays, schema=schema)


def distinct(
    rows: Sequence[BaseModel], key: tuple[str, ...], newest: str | None = None
) -> tuple[BaseModel, ...]:
    """One row a key: the one with the highest `newest`, and of equals, as without it, the last."""
    kept: dict[tuple[Any, ...], BaseModel] = {}
    for row in rows:
        place = tuple(getattr(row, column) for column in key)
        there = kept.get(place)
        if there is None or newest is None or not _is_newer(getattr(there, newest), getattr(row, newest)):
            kept[place] = row
    return tuple(kept.values())


def _is_newer(one: Any, other: Any) -> bool:
    return one is not None and (other is None or one > other)


def _array(kind: DataType, convert: Callable[[Any], Any], values: list[Any]) -> Array:
    plain = [None if value is None else convert(value) for value in values]
    if kind == TIME:
        return Array(plain, type=DataType.int64()).cast(TIME)
    return Array(plain, type=kind)


def _kind(annotation: Any) -> tuple[DataType, Callable[[Any], Any]]:
    plain = _without_none(annotation)
    if isinstance(plain, type):
        for python, arrow, convert in (
            (bool, DataType.bool(), bool),
            (int, DataType.int64(), int),
            (float, DataType.float64(), float),
            (datetime, TIME, _microseconds),
            (str, DataType.string(), _text),
        ):
            if issubclass(plain, python):
                return arrow, convert
    return DataType.string(), _json


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _without_none(get_args(annotation)[0])
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return _without_none(kinds[0]) if NoneType in get_args(annotation) and len(kinds) == 1 else annotation


def _microseconds(value: datetime) -> int:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return (aware - EPOCH) // MICROSECOND


def _text(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)


def _json(value: Any) -> str:
    return to_json(value).decode()
