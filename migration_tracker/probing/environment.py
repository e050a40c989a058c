"""The environment of what a run starts: nothing of the parent's but what any program needs, so that no secret
of the harness reaches the code under test, and no setting of a developer's shell makes it pass."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migration_tracker.probing.errors import DescriptionError

# Set by the stand-in of one transport only: a variable that is made of them is left out on the other.
BROKER_NAMES = frozenset(
    {
        "KAFKA_BOOTSTRAP_SERVERS",
        "EVENTHUB_NAMESPACE_CONNECTION_STRING",
        "EVENTHUB_CUSTOM_ENDPOINT",
        "EVENTHUB_CA_FILE",
        "EVENTHUB_CHECKPOINT_STORE",
    }
)
_REFERENCE = re.compile(r"\$\{(\w+)\}")


def clean(scratch: Path) -> dict[str, str]:
    """What every process of a run gets; its home is the run's own `scratch` folder."""
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("LANG", "TZ") if name in os.environ}
    return {
        "LANG": "C.UTF-8",
        **kept,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "HOME": str(home),
        "TMPDIR": str(scratch),
        "SCRATCH": str(scratch),
        "PYTHONUNBUFFERED": "1",  # its log is read while it runs
        "PYTHONDONTWRITEBYTECODE": "1",  # a run leaves no trace in the folder it looks at
        "PYTHONFAULTHANDLER": "1",  # SIGABRT shows where a worker hangs
    }


def fill(value: Any, names: Mapping[str, str], where: str) -> Any:
    """`value` with every `${NAME}` in its strings replaced from `names`, at any depth.

    Raises DescriptionError for a name that is not there.
    """

    def known(found: re.Match[str]) -> str:
        if found[1] not in names:
            raise DescriptionError(
                f"{where}: ${{{found[1]}}} is not known; there are {', '.join(sorted(names))}"
            )
        return names[found[1]]

    match value:
        case str():
            return _REFERENCE.sub(known, value)
        case Mapping():
            return {key: fill(inner, names, f"{where}.{key}") for key, inner in value.items()}
        case list() | tuple():
            return [fill(inner, names, where) for inner in value]
        case _:
            return value


def filled(
    env: Mapping[str, str],
    names: Mapping[str, str],
    where: str,
    *,
    absent: frozenset[str] | None = BROKER_NAMES,
) -> dict[str, str]:
    """The variables of `env` with their references replaced. A variable that refers to a name in `absent`
    (None: to any name) that is not in `names` is left out, so that one `env` serves both transports."""

    def left_out(value: str) -> bool:
        unknown = {name for name in _REFERENCE.findall(value) if name not in names}
        return bool(unknown if absent is None else unknown & absent)

    return {key: fill(value, names, f"{where}.{key}") for key, value in env.items() if not left_out(value)}
