"""What every message has in common: how it is checked, and which text is safe to build paths from."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]
"""An id of the vendors': it may become part of a URL's or a file's path, so it holds no separator."""


def _stays_below_its_root(path: str) -> str:
    parts = path.split("/")
    if any(part in {"", ".", ".."} or part.startswith("~") for part in parts):
        raise ValueError("must be a relative path without empty, '.' or '..' parts")
    if "\\" in path or ":" in parts[0] or not path.isprintable():
        raise ValueError("must hold no backslash, drive or control character")
    return path


BlobPath = Annotated[str, StringConstraints(max_length=1024), AfterValidator(_stays_below_its_root)]
"""Where a file lies in the store and in the cache, relative to its root, with forward slashes."""


class Message(BaseModel):
    """A message's JSON value: unknown fields are ignored, numbers are taken where ids are text."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    @classmethod
    def parse(cls, value: bytes | None) -> Self:
        """The message in `value`; raises pydantic's ValidationError, also when there is no value at all."""
        return cls.model_validate_json(value or b"")

    def encode(self) -> bytes:
        """This message as JSON, in UTF-8."""
        return self.model_dump_json().encode()


def reason(error: ValidationError) -> str:
    """What is wrong with a message, field by field, without the values: they may hold presigned URLs."""
    places = (f"{'.'.join(map(str, fault['loc'])) or 'value'}: {fault['msg']}" for fault in error.errors())
    return "; ".join(places)
