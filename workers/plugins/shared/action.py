"""What the [action] of a plugin's configuration file may say."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    JsonValue,
    PositiveFloat,
    PositiveInt,
    StringConstraints,
    model_validator,
)

from workers.toml_files import Name, Table

PLACEHOLDER = re.compile(r"^\{([A-Za-z0-9_.]+)\}$")


def _in_whole_parts(path: str) -> str:
    parts = path.removeprefix("/").split("/")
    if not path.startswith("/") or any(part in {"", ".", ".."} for part in parts):
        raise ValueError("must begin with a slash, and hold no empty, '.' or '..' part")
    if any("{" in part and not PLACEHOLDER.match(part) for part in parts):
        raise ValueError("must have {field} for a whole part only")
    return path


RequestPath = Annotated[str, AfterValidator(_in_whole_parts)]
"""A path below a connection's address; `{field}` stands for a message's field."""


class Validate(Table):
    """Refuses a message that lacks a field, or whose field has another value than those allowed."""

    kind: Literal["validate"]
    required: tuple[Name, ...] = ()
    allowed: Mapping[Name, tuple[JsonValue, ...]] = {}


class LookUp(Table):
    """Puts what a connection answers into a field."""

    kind: Literal["look_up"]
    connection: Name
    path: RequestPath
    into: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$")]


class Transform(Table):
    """Makes a new object of a message's fields and of constants."""

    kind: Literal["transform"]
    fields: Mapping[str, Name]
    constants: Mapping[str, JsonValue] = {}


class Batch(Table):
    """Gathers messages, to be posted together."""

    kind: Literal["batch"]
    size: PositiveInt
    seconds: PositiveFloat


Step = Annotated[Validate | LookUp | Transform | Batch, Field(discriminator="kind")]


class Action(Table):
    """What is done with the messages of a topic."""

    reads: Name
    success: Name
    errors: Name
    connection: Name
    path: RequestPath
    steps: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _batch_comes_last(self) -> Self:
        if any(isinstance(step, Batch) for step in self.steps[:-1]):
            raise ValueError("a batch step can only be the last one")
        if self.batch is not None and "{" in self.path:
            raise ValueError("a batch is posted to one path, without fields in it")
        return self

    @property
    def batch(self) -> Batch | None:
        """How messages are gathered; None to post each by itself."""
        last = self.steps[-1] if self.steps else None
        return last if isinstance(last, Batch) else None

    @property
    def connections(self) -> frozenset[str]:
        """The names of the connections it uses."""
        looked_up = (step.connection for step in self.steps if isinstance(step, LookUp))
        return frozenset({self.connection, *looked_up})
