"""Which transport, and how to reach it: argument, then environment, then configuration file, then default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transport.contract import EVENTHUB, KAFKA, MEMORY
from transport.errors import ConfigurationError
from transport.routes import Routes
from transport.settings import eventhub, kafka
from transport.settings.file import read, routes
from transport.settings.table import BY_ARGUMENT, CONFIG_FILE, SETTINGS, missing, value

if TYPE_CHECKING:
    from transport.memory import MemoryBroker

__all__ = ["CONFIG_FILE", "SETTINGS", "TransportConfig"]

OF_TRANSPORT = {KAFKA: kafka, EVENTHUB: eventhub}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportConfig:
    """How to reach the brokers. Checked when made; secrets stay out of its repr.

    Arguments:
        transport: `kafka` or `eventhub` (`memory` is made by MemoryBroker.config).
        bootstrap_servers: Kafka brokers as `host:port`, separated by commas.
        security_protocol: PLAINTEXT (the default), SSL, SASL_PLAINTEXT or SASL_SSL.
        sasl_mechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 (with username and password) or OAUTHBEARER.
        sasl_token_file: file with the present token, read whenever a connection is made.
        sasl_token_provider: `module:function` that returns the present token, plain or async.
        kafka_ca_file: PEM file of the authority that signed the brokers' certificates.
        certificate_file, key_file, key_password: the client's own certificate (PEM), if brokers ask for one.
        connection_string: of the Event Hubs namespace.
        namespace: full name of the namespace, to sign in with azure-identity instead.
        custom_endpoint: address to connect to instead of the namespace's, as `sb://host:port`.
        ca_file: PEM file of the authority that signed that endpoint's certificate.
        proxy: HTTP proxy on the way to Event Hubs, as `http://user:password@host:port`.
        checkpoint_store: keeps Event Hubs positions and ownership, only consumers need it: a folder, the URL
            of a blob container, a storage account's connection string with `;Container=NAME`, or `none`.
        routes: event hubs, consumer groups and dead letters of topics, and the prefix of all names.
        memory: the in-memory broker.

    Errors: ConfigurationError.
    """

    transport: str
    bootstrap_servers: str = ""
    security_protocol: str = ""
    sasl_mechanism: str = ""
    sasl_username: str = ""
    sasl_password: str = field(default="", repr=False)
    sasl_token_file: str = ""
    sasl_token_provider: str = ""
    kafka_ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    key_password: str = field(default="", repr=False)
    connection_string: str = field(default="", repr=False)
    namespace: str = ""
    custom_endpoint: str = ""
    ca_file: str = ""
    proxy: str = field(default="", repr=False)
    checkpoint_store: str = field(default="", repr=False)
    routes: Routes = field(default_factory=Routes)
    memory: "MemoryBroker | None" = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _check_transport(self.transport, in_code=True)
        if self.transport == MEMORY:
            if self.memory is None:
                raise ConfigurationError("the memory transport is made in code: use MemoryBroker().config()")
            if self.routes.prefix:
                raise ConfigurationError(
                    "the memory transport takes no prefix: nobody shares a MemoryBroker; leave it out"
                )
            return
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name in BY_ARGUMENT}
        for name in OF_TRANSPORT[self.transport].required(values):
            if not values[name]:
                raise ConfigurationError(f"TransportConfig(transport={self.transport!r}) needs {name}=")
        OF_TRANSPORT[self.transport].check(values)

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
        if unknown := arguments.keys() - BY_ARGUMENT.keys():
            raise ConfigurationError(
                f"from_env() has no argument {', '.join(sorted(unknown))}: it takes {', '.join(BY_ARGUMENT)}"
            )
        path, document = _document(environ, file)
        values = {s.argument: value(s, arguments, environ, document) for s in SETTINGS}
        if not values["transport"]:
            raise ConfigurationError(
                missing(BY_ARGUMENT["transport"], path) + f"; set it to {KAFKA} or {EVENTHUB}"
            )
        _check_transport(values["transport"], in_code=False)
        for name in OF_TRANSPORT[values["transport"]].required(values):
            if not values[name]:
                setting = BY_ARGUMENT[name]
                raise ConfigurationError(
                    missing(setting, path) + f"; set it to something like {setting.example}"
                )
        prefix = values.pop("prefix")
        return cls(routes=routes(document, path, prefix), memory=None, **values)

    def with_store(self) -> str:
        """The checkpoint store; without one a consumer would not know where it was.

        Errors: ConfigurationError naming EVENTHUB_CHECKPOINT_STORE.
        """
        if not self.checkpoint_store:
            raise ConfigurationError(
                "An Event Hubs consumer keeps its positions in a checkpoint store, and none is configured: "
                "it would lose its place at every start. Set EVENTHUB_CHECKPOINT_STORE (or checkpoint_store "
                "in [eventhub] of the configuration file) to a folder that outlives the process or to a blob "
                f"container; {eventhub.NO_STORE!r} means that every start shall begin with the oldest message"
            )
        return self.checkpoint_store


def routes_from_env(
    environ: Mapping[str, str] = os.environ, *, file: str | Path | None = None, **arguments: str
) -> Routes:
    """Where topics live, for who needs no broker; arguments and errors are TransportConfig.from_env's."""
    path, document = _document(environ, file)
    return routes(document, path, value(BY_ARGUMENT["prefix"], arguments, environ, document))


def _document(environ: Mapping[str, str], file: str | Path | None) -> tuple[Path | None, dict[str, Any]]:
    path = Path(chosen) if (chosen := file or environ.get(CONFIG_FILE)) else None
    return path, read(path) if path is not None else {}


def _check_transport(name: str, *, in_code: bool) -> None:
    if name in {KAFKA, EVENTHUB} or (in_code and name == MEMORY):
        return
    raise ConfigurationError(f"PIPELINE_TRANSPORT is {name!r}: it must be {KAFKA} or {EVENTHUB}")
