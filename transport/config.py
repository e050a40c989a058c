"""Which transport, and how to reach it: argument, then environment, then configuration file, then default."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transport.contract import EVENTHUB, KAFKA, MEMORY
from transport.errors import ConfigurationError
from transport.routes import Entry, Routes

if TYPE_CHECKING:
    from transport.memory import MemoryBroker

CONFIG_FILE = "PIPELINE_CONFIG"


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and the places it is looked for, in their order."""

    argument: str
    variable: str
    table: str
    key: str
    example: str


SETTINGS = (
    Setting("transport", "PIPELINE_TRANSPORT", "transport", "name", "kafka"),
    Setting("bootstrap_servers", "KAFKA_BOOTSTRAP_SERVERS", "kafka", "bootstrap_servers", "localhost:9092"),
    Setting(
        "connection_string",
        "EVENTHUB_NAMESPACE_CONNECTION_STRING",
        "eventhub",
        "namespace_connection_string",
        "Endpoint=sb://NAME.servicebus.windows.net/;SharedAccessKeyName=…;SharedAccessKey=…",
    ),
    Setting(
        "custom_endpoint", "EVENTHUB_CUSTOM_ENDPOINT", "eventhub", "custom_endpoint", "sb://10.0.0.4:443"
    ),
    Setting("ca_file", "EVENTHUB_CA_FILE", "eventhub", "ca_file", "/etc/ssl/private-ca.pem"),
    Setting(
        "checkpoint_store", "EVENTHUB_CHECKPOINT_STORE", "eventhub", "checkpoint_store", "var/checkpoints"
    ),
)
REQUIRED = {KAFKA: ("bootstrap_servers",), EVENTHUB: ("connection_string",), MEMORY: ()}
_SETTING = {setting.argument: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportConfig:
    """How to reach the brokers. Checked when made; secrets stay out of its repr.

    Arguments:
        transport: `kafka` or `eventhub` (`memory` is made by MemoryBroker.config).
        bootstrap_servers: Kafka brokers as `host:port`, separated by commas.
        connection_string: of the Event Hubs namespace.
        custom_endpoint: address to connect to instead of the namespace's, as `sb://host:port`.
        ca_file: PEM file of the authority that signed that endpoint's certificate.
        checkpoint_store: folder that keeps Event Hubs positions and ownership; only consumers need it.
        routes: event hubs, consumer groups and dead letters of topics.
        memory: the in-memory broker.

    Errors: ConfigurationError.
    """

    transport: str
    bootstrap_servers: str = ""
    connection_string: str = field(default="", repr=False)
    custom_endpoint: str = ""
    ca_file: str = ""
    checkpoint_store: str = ""
    routes: Routes = field(default_factory=Routes)
    memory: "MemoryBroker | None" = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _check_transport(self.transport, in_code=True)
        for name in REQUIRED[self.transport]:
            if not getattr(self, name):
                raise ConfigurationError(f"TransportConfig(transport={self.transport!r}) needs {name}=")
        if self.transport == MEMORY and self.memory is None:
            raise ConfigurationError("the memory transport is made in code: use MemoryBroker().config")
        if self.transport == KAFKA:
            _check_servers(self.bootstrap_servers)
        if self.transport == EVENTHUB:
            _check_connection_string(self.connection_string)
            _check_endpoint(self.custom_endpoint)
            _check_ca_file(self.ca_file)
            _check_store(self.checkpoint_store)

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] = os.environ, *, file: str | Path | None = None, **arguments: str
    ) -> "TransportConfig":
        """Read the settings.

        Arguments:
            environ: environment variables, by default the process's.
            file: the configuration file (TOML), by default the one PIPELINE_CONFIG names, if any.
            arguments: any setting by its name in this class; beats all other places.

        Errors: ConfigurationError, naming the key and every place searched.
        """
        if unknown := arguments.keys() - _SETTING.keys():
            raise ConfigurationError(
                f"from_env() has no argument {', '.join(sorted(unknown))}: it takes {', '.join(_SETTING)}"
            )
        path = Path(chosen) if (chosen := file or environ.get(CONFIG_FILE)) else None
        document = read(path) if path is not None else {}
        values = {s.argument: _value(s, arguments, environ, document) for s in SETTINGS}
        if not values["transport"]:
            raise ConfigurationError(
                _missing(_SETTING["transport"], path) + f"; set it to {KAFKA} or {EVENTHUB}"
            )
        _check_transport(values["transport"], in_code=False)
        for name in REQUIRED[values["transport"]]:
            if not values[name]:
                setting = _SETTING[name]
                raise ConfigurationError(
                    _missing(setting, path) + f"; set it to something like {setting.example}"
                )
        return cls(routes=routes(document, path), memory=None, **values)

    def with_store(self) -> Path:
        """The checkpoint folder; without one a consumer would not know where it was.

        Errors: ConfigurationError naming EVENTHUB_CHECKPOINT_STORE.
        """
        if not self.checkpoint_store:
            raise ConfigurationError(
                "An Event Hubs consumer keeps its positions in a checkpoint store, and none is configured: "
                "it would lose its place at every start. Set EVENTHUB_CHECKPOINT_STORE (or checkpoint_store "
                "in [eventhub] of the configuration file) to a folder that outlives the process"
            )
        return Path(self.checkpoint_store)


def read(path: Path) -> dict[str, Any]:
    """The configuration file, with every table and key known.

    Errors: ConfigurationError naming the file and the key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path}: there is no such configuration file ({CONFIG_FILE} names it)"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: the configuration file cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: the configuration file is not TOML: {error}") from None
    known: dict[str, set[str]] = {}
    for setting in SETTINGS:
        known.setdefault(setting.table, set()).add(setting.key)
    for table, keys in known.items():
        found = document.get(table, {})
        if not isinstance(found, dict):
            raise ConfigurationError(f"{path}: {table} must be a table: write [{table}]")
        for key, value in found.items():
            if key not in keys:
                raise ConfigurationError(
                    f"{path}: [{table}] has no key {key!r}; it takes {', '.join(sorted(keys))}"
                )
            if not isinstance(value, str):
                raise ConfigurationError(f"{path}: [{table}] {key} must be text in quotes")
    return document


def routes(document: Mapping[str, Any], path: Path | None) -> Routes:
    """The `[domains.DOMAIN.topics.TOPIC_KEY]` tables of a configuration file.

    Errors: ConfigurationError naming the file, the table and the key.
    """
    where = str(path) if path is not None else "the configuration file"
    entries = []
    for domain, topics in _tables(document.get("domains", {}), "domains", where):
        for key, found in _tables(topics.get("topics", {}), f"domains.{domain}.topics", where):
            table = f"domains.{domain}.topics.{key}"
            for name, value in found.items():
                if name not in Entry.__dataclass_fields__ or name in {"domain", "topic_key"}:
                    raise ConfigurationError(
                        f"{where}: [{table}] has no key {name!r}; "
                        "it takes topic, event_hub, consumer_group, dead_letter"
                    )
                if not isinstance(value, str) or not value:
                    raise ConfigurationError(f"{where}: [{table}] {name} must be text in quotes")
            entries.append(Entry(domain, key, **found))
    return Routes(tuple(entries), where)


def _tables(value: object, name: str, where: str) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(value, dict) or not all(isinstance(inner, dict) for inner in value.values()):
        raise ConfigurationError(f"{where}: [{name}] must hold tables, like [{name}.NAME]")
    return list(value.items())


def _value(
    setting: Setting, arguments: Mapping[str, str], environ: Mapping[str, str], document: Mapping[str, Any]
) -> str:
    for found in (arguments.get(setting.argument), environ.get(setting.variable)):
        if found is not None and found.strip():
            return found.strip()
    return str(document.get(setting.table, {}).get(setting.key, "")).strip()


def _missing(setting: Setting, path: Path | None) -> str:
    in_file = (
        f"[{setting.table}] {setting.key} in {path}"
        if path is not None
        else f"the configuration file (none: {CONFIG_FILE} is not set)"
    )
    return (
        f"{setting.variable} is missing: looked for the argument {setting.argument}, "
        f"the environment variable {setting.variable} and {in_file}"
    )


def _check_transport(name: str, *, in_code: bool) -> None:
    if name in {KAFKA, EVENTHUB} or (in_code and name == MEMORY):
        return
    raise ConfigurationError(f"PIPELINE_TRANSPORT is {name!r}: it must be {KAFKA} or {EVENTHUB}")


def _check_servers(servers: str) -> None:
    for server in servers.split(","):
        if not re.fullmatch(r"\s*(\[[0-9a-fA-F:.]+\]|[^\s:,/]+):[0-9]{1,5}\s*", server):
            raise ConfigurationError(
                f"KAFKA_BOOTSTRAP_SERVERS has {server.strip()!r}: each server is host:port, "
                "separated by commas, like localhost:9092"
            )


def _check_connection_string(text: str) -> None:
    """Say what is wrong with a connection string without repeating any of it: it holds the key."""
    parts = {}
    for part in filter(None, text.strip().split(";")):
        name, equals, value = part.partition("=")
        if not equals:
            raise ConfigurationError(
                "EVENTHUB_NAMESPACE_CONNECTION_STRING is not a connection string: it is made of Name=value "
                "parts separated by semicolons"
            )
        parts[name.strip().lower()] = value
    if not parts.get("endpoint", "").startswith("sb://"):
        raise ConfigurationError("EVENTHUB_NAMESPACE_CONNECTION_STRING has no Endpoint=sb://… part")
    if "entitypath" in parts:
        raise ConfigurationError(
            "EVENTHUB_NAMESPACE_CONNECTION_STRING is one event hub's (it has an EntityPath): "
            "give the namespace's"
        )
    if "sharedaccesssignature" not in parts and not (
        parts.get("sharedaccesskeyname") and parts.get("sharedaccesskey")
    ):
        raise ConfigurationError(
            "EVENTHUB_NAMESPACE_CONNECTION_STRING has no SharedAccessKeyName and SharedAccessKey"
        )


def _check_endpoint(endpoint: str) -> None:
    if endpoint and not re.fullmatch(r"sb://[^\s:/]+:[0-9]{1,5}/?", endpoint):
        raise ConfigurationError(f"EVENTHUB_CUSTOM_ENDPOINT is {endpoint!r}: it must be sb://host:port")


def _check_ca_file(ca_file: str) -> None:
    if ca_file and not Path(ca_file).is_file():
        raise ConfigurationError(f"EVENTHUB_CA_FILE is {ca_file!r}: there is no such file")


def _check_store(store: str) -> None:
    if "://" in store or "AccountKey=" in store or "AccountName=" in store:
        raise ConfigurationError(
            "EVENTHUB_CHECKPOINT_STORE must be a folder: blob containers are not supported yet"
        )
    if store and Path(store).exists() and not Path(store).is_dir():
        raise ConfigurationError(f"EVENTHUB_CHECKPOINT_STORE is {store!r}: that is a file, not a folder")
