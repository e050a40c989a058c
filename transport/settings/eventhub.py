"""What Event Hubs needs of its settings: a namespace, a way to it, and a place for positions."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from transport.errors import ConfigurationError
from transport.settings.ports import is_port

NO_STORE = "none"
CONNECTION_STRING = "EVENTHUB_NAMESPACE_CONNECTION_STRING"


def required(values: Mapping[str, str]) -> tuple[str, ...]:
    """The settings that may not be empty, by their arguments."""
    return () if values["namespace"] else ("connection_string",)


def check(values: Mapping[str, str]) -> None:
    """Errors: ConfigurationError, with the variable's name and without any secret."""
    if values["namespace"] and values["connection_string"]:
        raise ConfigurationError(
            f"EVENTHUB_NAMESPACE and {CONNECTION_STRING} are both set: the first is for signing in with "
            "azure-identity, the second holds a key; take one of them away"
        )
    if values["namespace"]:
        _check_namespace(values["namespace"])
    else:
        _check_connection_string(values["connection_string"])
    endpoint, ca_file = values["custom_endpoint"], values["ca_file"]
    parts = re.fullmatch(r"sb://[^\s:/]+:([0-9]+)/?", endpoint)
    if endpoint and (parts is None or not is_port(parts[1])):
        raise ConfigurationError(f"EVENTHUB_CUSTOM_ENDPOINT is {endpoint!r}: it must be sb://host:port")
    if ca_file and not Path(ca_file).is_file():
        raise ConfigurationError(f"EVENTHUB_CA_FILE is {ca_file!r}: there is no such file")
    _check_proxy(values["proxy"])
    _check_store(values["checkpoint_store"])


def is_container(store: str) -> bool:
    """Whether a checkpoint store is a blob container: by its URL, or by a connection string with its name."""
    return "://" in store or ";" in store


def without_container(store: str) -> tuple[str, str]:
    """A storage account's connection string, and the container that `;Container=NAME` in it names."""
    parts = [part for part in store.split(";") if part]
    named = [part for part in parts if part.lower().startswith("container=")]
    rest = ";".join(part for part in parts if part not in named)
    return rest, named[0].partition("=")[2] if named else ""


def _check_namespace(namespace: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)+", namespace):
        raise ConfigurationError(
            f"EVENTHUB_NAMESPACE is {namespace!r}: it must be the namespace's full name, like "
            "NAME.servicebus.windows.net"
        )


def _check_connection_string(text: str) -> None:
    """Say what is wrong with a connection string without repeating any of it: it holds the key."""
    parts = {}
    for part in filter(None, text.strip().split(";")):
        name, equals, value = part.partition("=")
        if not equals:
            raise ConfigurationError(
                f"{CONNECTION_STRING} is not a connection string: it is made of Name=value "
                "parts separated by semicolons"
            )
        parts[name.strip().lower()] = value
    if not parts.get("endpoint", "").startswith("sb://"):
        raise ConfigurationError(f"{CONNECTION_STRING} has no Endpoint=sb://… part")
    if "entitypath" in parts:
        raise ConfigurationError(
            f"{CONNECTION_STRING} is one event hub's (it has an EntityPath): give the namespace's"
        )
    if "sharedaccesssignature" not in parts and not (
        parts.get("sharedaccesskeyname") and parts.get("sharedaccesskey")
    ):
        raise ConfigurationError(f"{CONNECTION_STRING} has no SharedAccessKeyName and SharedAccessKey")


def _check_proxy(proxy: str) -> None:
    """It may hold a password, so it is not repeated."""
    if not proxy:
        return
    try:
        parts = urlsplit(proxy)
        right = parts.scheme == "http" and parts.hostname and parts.port and parts.path in {"", "/"}
    except ValueError:
        right = None
    if not right:
        raise ConfigurationError("EVENTHUB_PROXY must be http://host:port or http://user:password@host:port")


def _check_store(store: str) -> None:
    if not store or store == NO_STORE:
        return
    if "://" in store and ";" not in store:
        parts = urlsplit(store)
        if parts.scheme not in {"https", "http"} or not re.fullmatch(r"(/[^/]+){1,2}/?", parts.path):
            raise ConfigurationError(
                "EVENTHUB_CHECKPOINT_STORE is a URL, but not a blob container's, like "
                "https://ACCOUNT.blob.core.windows.net/CONTAINER"
            )
    elif ";" in store:
        account, container = without_container(store)
        if not container:
            raise ConfigurationError(
                "EVENTHUB_CHECKPOINT_STORE is a storage account's connection string that does not say which "
                "container: add ;Container=NAME to its end"
            )
        if "AccountKey=" not in account and "SharedAccessSignature=" not in account:
            raise ConfigurationError(
                "EVENTHUB_CHECKPOINT_STORE is a connection string without AccountKey or SharedAccessSignature"
            )
    elif Path(store).exists() and not Path(store).is_dir():
        raise ConfigurationError(f"EVENTHUB_CHECKPOINT_STORE is {store!r}: that is a file, not a folder")
