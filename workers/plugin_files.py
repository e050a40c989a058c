"""The plugins' configuration files, a file each: what triggers a plugin, and what its action does."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from workers.errors import PluginFileError
from workers.plugins.shared.action import Action
from workers.settings import PLUGINS
from workers.toml_files import Name, Table, read


class Trigger(Table):
    """Which events are passed on to a plugin's topic."""

    domain: Literal["claimx", "verisk"]
    event_types: Annotated[tuple[Name, ...], Field(min_length=1)]
    where: Mapping[
        Literal["assignment_id", "project_id", "task_id", "task_name", "task_status"],
        Annotated[tuple[str, ...], Field(min_length=1)],
    ] = {}
    topic: Name


class Plugin(Table):
    """What one file says."""

    triggers: tuple[Trigger, ...] = ()
    action: Action | None = None


def folder(environ: Mapping[str, str]) -> Path:
    """Where the files are: in PLUGINS_DIR, or in config/plugins."""
    return Path(environ.get("PLUGINS_DIR") or PLUGINS)


def plugins(below: Path) -> dict[str, Plugin]:
    """The plugins of a folder, by their files' names; raises PluginFileError."""
    if not below.is_dir():
        raise PluginFileError(f"{below}: there is no such folder. PLUGINS_DIR names the plugins' folder.")
    found = {path.stem: read(path, Plugin) for path in sorted(below.glob("*.toml"))}
    _one_reader_a_topic(below, found)
    return found


def _one_reader_a_topic(below: Path, found: Mapping[str, Plugin]) -> None:
    readers: dict[str, str] = {}
    for name, plugin in found.items():
        if plugin.action is not None:
            other = readers.setdefault(plugin.action.reads, name)
            if other != name:
                raise PluginFileError(
                    f"{below / name}.toml: action.reads: {plugin.action.reads} is read by {other} already"
                )
