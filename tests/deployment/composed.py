"""docker-compose.yml, read as Docker Compose reads it."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"


@cache
def read() -> dict[str, Any]:
    """The file with its merges done, `${NAME:-default}` set to the default and `$$` to a dollar sign."""
    composed: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return settled(composed)


def settled(value: Any) -> Any:
    match value:
        case str():
            return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value).replace("$$", "$")
        case dict():
            return {key: settled(one) for key, one in value.items()}
        case list():
            return [settled(one) for one in value]
    return value


def services() -> dict[str, dict[str, Any]]:
    return read()["services"]


def environment(service: str, places: Mapping[str, str]) -> dict[str, str]:
    """What a service finds in its environment, with the places it names moved to where they are in a test.

    What has no value in the file is passed on where it is set, and here it is not.
    """
    named = re.compile("(?:" + "|".join(map(re.escape, places)) + r")(?!\w)")
    said = services()[service].get("environment", {})
    return {
        name: named.sub(lambda found: places[found[0]], str(value))
        for name, value in said.items()
        if value is not None
    }


def command(service: str) -> list[str]:
    return list(services()[service]["command"])
