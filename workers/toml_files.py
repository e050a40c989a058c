"""Our own configuration files, in TOML: checked on load, and every mistake named with its file and key."""

import tomllib
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from workers.errors import PluginFileError
from workers.messages import reason

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$")]
"""A topic, a field and its way from the top, a connection, an environment variable."""


class Table(BaseModel):
    """A table of such a file: an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Read = TypeVar("Read", bound=Table)


def read(path: Path, kind: type[Read]) -> Read:
    """The file as a `kind`; raises PluginFileError if it cannot be read, or is not one."""
    try:
        return kind.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise PluginFileError(f"{path}: {error.strerror}") from None
    except ValueError as error:  # also of what is no TOML, and of what is no UTF-8
        why = reason(error) if isinstance(error, ValidationError) else str(error)
        raise PluginFileError(f"{path}: {why}") from None
