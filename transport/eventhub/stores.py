"""The checkpoint store that EVENTHUB_CHECKPOINT_STORE names."""

from pathlib import Path

from transport.checkpoints import FolderStore
from transport.config import TransportConfig
from transport.errors import ConfigurationError
from transport.settings.eventhub import NO_STORE, is_container


def store(config: TransportConfig, event_hub: str, group: str) -> FolderStore:
    """The store of one consumer group of one event hub.

    Errors: ConfigurationError.
    """
    where = config.with_store()
    if where == NO_STORE or is_container(where):
        raise ConfigurationError("EVENTHUB_CHECKPOINT_STORE must be a folder: nothing else is supported yet")
    return FolderStore(Path(where), event_hub, group)
