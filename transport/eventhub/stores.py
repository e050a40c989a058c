"""The checkpoint store that EVENTHUB_CHECKPOINT_STORE names."""

from pathlib import Path
from urllib.parse import urlsplit

from transport.checkpoints import FolderStore, Nowhere, PatientStore, Store
from transport.config import TransportConfig
from transport.settings.eventhub import NO_STORE, is_container


def store(config: TransportConfig, event_hub: str, group: str) -> Store:
    """The store of one consumer group of one event hub.

    Errors: ConfigurationError.
    """
    where = config.with_store()
    if where == NO_STORE:
        return Nowhere()
    if is_container(where):
        from transport.eventhub import blobs  # takes a while to import

        return PatientStore(blobs.BlobStore(where, _namespace(config), event_hub, group), blobs.name(where))
    return PatientStore(FolderStore(Path(where), event_hub, group), where)


async def forget(config: TransportConfig, event_hub: str) -> None:
    """Remove from a blob container what is stored about one event hub, for those who own its name.

    A folder is left as it is: who owns it removes it.

    Errors: TransportError.
    """
    if is_container(where := config.with_store()):
        from transport.eventhub import blobs

        await blobs.forget(where, _namespace(config), event_hub)


def _namespace(config: TransportConfig) -> str:
    if config.namespace:
        return config.namespace
    parts = dict(part.partition("=")[::2] for part in config.connection_string.split(";"))
    return urlsplit(parts["Endpoint"]).hostname or ""
