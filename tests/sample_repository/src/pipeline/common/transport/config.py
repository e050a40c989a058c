"""Which transport, and where."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TRANSPORTS = ("kafka", "eventhub")


class TransportConfigError(Exception):
    """The environment does not say what the transport needs."""


@dataclass(frozen=True, slots=True)
class TransportConfig:
    """The transport's settings; those of the other transport stay empty."""

    transport: str
    bootstrap_servers: str = ""
    connection_string: str = field(default="", repr=False)
    custom_endpoint: str | None = None
    ca_file: str | None = None
    checkpoints: Path | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "TransportConfig":
        """Read the environment; raises TransportConfigError."""
        transport = environ.get("PIPELINE_TRANSPORT", "")
        if transport not in TRANSPORTS:
            raise TransportConfigError(f"PIPELINE_TRANSPORT must be one of {', '.join(TRANSPORTS)}, not {transport!r}")
        if transport == "kafka":
            return cls(transport, bootstrap_servers=_required(environ, "KAFKA_BOOTSTRAP_SERVERS"))
        return cls(
            transport,
            connection_string=_required(environ, "EVENTHUB_NAMESPACE_CONNECTION_STRING"),
            custom_endpoint=environ.get("EVENTHUB_CUSTOM_ENDPOINT"),
            ca_file=environ.get("EVENTHUB_CA_FILE"),
            checkpoints=Path(_required(environ, "EVENTHUB_CHECKPOINT_STORE")),
        )


def _required(environ: Mapping[str, str], name: str) -> str:
    if not environ.get(name):
        raise TransportConfigError(f"{name} is not set")
    return environ[name]
