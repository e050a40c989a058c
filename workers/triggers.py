"""Plugin triggers: which events are passed on to which plugin's topic."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Self

from workers import plugin_files
from workers.errors import PluginFileError
from workers.messages import Identifier, Message
from workers.plugin_files import Trigger


class PluginEvent(Message):
    """On a plugin's topic: what happened, and to what; a Verisk event knows neither project nor task."""

    event_id: Identifier
    event_type: str
    event_timestamp: datetime
    assignment_id: Identifier
    project_id: Identifier | None = None
    task_id: Identifier | None = None
    task_name: str | None = None
    task_status: str | None = None


class Triggers:
    """The triggers of one domain."""

    def __init__(self, triggers: Collection[Trigger] = ()) -> None:
        self._triggers = tuple(triggers)

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str], domain: str, event_types: Collection[str] | None = None
    ) -> Self:
        """The triggers of `domain` in the files below PLUGINS_DIR, or below config/plugins.

        `event_types` are all there are, if that is known. Raises PluginFileError for a trigger that waits for
        another one: it would never fire.
        """
        folder = plugin_files.folder(environ)
        found: list[Trigger] = []
        for name, plugin in plugin_files.plugins(folder).items():
            for number, trigger in enumerate(plugin.triggers):
                if trigger.domain != domain:
                    continue
                unknown = sorted(set(trigger.event_types) - set(event_types or trigger.event_types))
                if unknown:
                    raise PluginFileError(
                        f"{folder / name}.toml: triggers.{number}.event_types: {domain} has no {unknown[0]}; "
                        f"it has {', '.join(sorted(event_types or ()))}"
                    )
                found.append(trigger)
        return cls(found)

    def topics(self, event: PluginEvent) -> tuple[str, ...]:
        """The topics that `event` goes to, each once."""
        hit = (trigger.topic for trigger in self._triggers if _fires(trigger, event))
        return tuple(dict.fromkeys(hit))


def _fires(trigger: Trigger, event: PluginEvent) -> bool:
    return event.event_type in trigger.event_types and all(
        getattr(event, field) in values for field, values in trigger.where.items()
    )
