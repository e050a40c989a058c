"""Finds its way in AMQP 1.0 encoded bytes without decoding them (part 1 of the specification, types)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

DESCRIBED = 0x00
NULL = 0x40
LIST0, LIST8, LIST32 = 0x45, 0xC0, 0xD0

_FIXED_WIDTHS = {0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16}  # by the high half of the constructor
_ONE_BYTE_SIZES = {0xA, 0xC, 0xE}
_FOUR_BYTE_SIZES = {0xB, 0xD, 0xF}
_UINT = struct.Struct(">I")


class MalformedError(Exception):
    """Bytes that are no AMQP 1.0."""


@dataclass(frozen=True, slots=True)
class Described:
    """A described value: `data[start:end]`, described by the number `code`, its value from `value` on."""

    code: int
    start: int
    value: int
    end: int


def end_of(data: bytes, start: int) -> int:
    """Return the index after the value that begins at `start`.

    Errors:
        MalformedError: no value begins there.
    """
    try:
        constructor = data[start]
        if constructor == DESCRIBED:
            return end_of(data, end_of(data, start + 1))
        width = constructor >> 4
        if width in _FIXED_WIDTHS:
            end = start + 1 + _FIXED_WIDTHS[width]
        elif width in _ONE_BYTE_SIZES:
            end = start + 2 + data[start + 1]
        elif width in _FOUR_BYTE_SIZES:
            end = start + 5 + _UINT.unpack_from(data, start + 1)[0]
        else:
            raise MalformedError(f"0x{constructor:02x} begins no AMQP value")
    except (IndexError, struct.error, RecursionError) as error:
        raise MalformedError("an AMQP value is cut short") from error
    if end > len(data):
        raise MalformedError("an AMQP value is longer than what holds it")
    return end


def described(data: bytes, start: int) -> Described:
    """Return where the parts of the described value at `start` lie.

    Errors:
        MalformedError: none begins there, or it is described by something other than a number.
    """
    if start + 1 >= len(data) or data[start] != DESCRIBED:
        raise MalformedError("a described AMQP value was expected")
    value = end_of(data, start + 1)
    code = unsigned(data, start + 1)
    if code is None:
        raise MalformedError("an AMQP value is described by no number")
    return Described(code, start, value, end_of(data, value))


def unsigned(data: bytes, start: int) -> int | None:
    """Read the unsigned integer (ubyte to ulong) at `start`; None when something else is there."""
    match data[start]:
        case 0x43 | 0x44:
            return 0
        case 0x50 | 0x52 | 0x53:
            return data[start + 1]
        case 0x60:
            return int.from_bytes(data[start + 1 : start + 3])
        case 0x70:
            return int.from_bytes(data[start + 1 : start + 5])
        case 0x80:
            return int.from_bytes(data[start + 1 : start + 9])
    return None


def true(data: bytes, start: int) -> bool:
    """Tell whether the boolean true is at `start`."""
    return data[start] == 0x41 or data[start : start + 2] == b"\x56\x01"


def binary(data: bytes, start: int) -> bytes:
    """Return the content of the binary value at `start`.

    Errors:
        MalformedError: no binary is there.
    """
    return _content(data, start, {0xA0, 0xB0}, "a binary")


def text(data: bytes, start: int) -> str:
    """Return the string or symbol at `start`.

    Errors:
        MalformedError: none is there.
    """
    try:
        return _content(data, start, {0xA1, 0xB1, 0xA3, 0xB3}, "a string").decode()
    except UnicodeDecodeError as error:
        raise MalformedError("an AMQP string is not UTF-8") from error


def items(data: bytes, start: int) -> list[int]:
    """Return where each item of the list at `start` begins, or where each key and each value of a map do.

    Errors:
        MalformedError: neither is there, or its items do not fit into it.
    """
    match data[start]:
        case 0x45:
            return []
        case 0xC0 | 0xC1:
            count, position = data[start + 2], start + 3
        case 0xD0 | 0xD1:
            count, position = int.from_bytes(data[start + 5 : start + 9]), start + 9
        case _:
            raise MalformedError("an AMQP list or map was expected")
    found = []
    for _ in range(count):
        found.append(position)
        position = end_of(data, position)
    return found


def sections(message: bytes) -> Iterator[Described]:
    """Yield the sections of an encoded message, in order.

    Errors:
        MalformedError: it is no message.
    """
    position = 0
    while position < len(message):
        section = described(message, position)
        yield section
        position = section.end


def _content(data: bytes, start: int, constructors: set[int], expected: str) -> bytes:
    if data[start] not in constructors:
        raise MalformedError(f"{expected} was expected")
    return data[start + (2 if data[start] < 0xB0 else 5) : end_of(data, start)]
