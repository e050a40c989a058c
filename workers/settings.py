"""What workers read from the environment, and where the configuration files lie."""

from collections.abc import Mapping
from pathlib import Path

from workers.errors import SettingError

CONFIGURATION = Path(__file__).parent.parent / "config" / "pipeline.toml"
PLUGINS = CONFIGURATION.parent / "plugins"
CONNECTIONS = CONFIGURATION.parent / "connections.toml"


def required(environ: Mapping[str, str], name: str, what: str) -> str:
    """The value of the environment variable `name`; raises SettingError saying `what` it is for."""
    value = environ.get(name, "").strip()
    if not value:
        raise SettingError(name, f"is not set: {what}. Set it in the environment.")
    return value


def with_configuration(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with PIPELINE_CONFIG naming this repository's configuration file, unless it names another."""
    return {"PIPELINE_CONFIG": str(CONFIGURATION), **environ}
