"""A broker that somebody has named for a run, and how it is named on a command line."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from migration_tracker.probing.errors import SelectionError

STAND_IN, EMULATOR, REAL = "stand-in", "emulator", "real"
_SERVERS = re.compile(r"[\w.-]+:\d{1,5}(,[\w.-]+:\d{1,5})*")
_PREFIX = re.compile(r"[a-z0-9][a-z0-9.-]{2,40}-")
_ENDPOINT = re.compile(r"sb://([\w.-]+)(?::(\d+))?")
_OF_KAFKA, _OF_EVENT_HUBS = "KAFKA_", "EVENTHUB_"
_PORTS = ("443", "5671")
CHECKPOINT_STORE = "EVENTHUB_CHECKPOINT_STORE"
_BLOBS = re.compile(r"https://([\w.-]+)")
_ACCOUNT, _SUFFIX = re.compile(r"AccountName=([^;]+)"), re.compile(r"EndpointSuffix=([^;]+)")


@dataclass(frozen=True, slots=True)
class Given:
    """A broker that is not the run's own.

    Args:
        kind: `emulator` or `real`.
        environment: what leads a client to it; stays out of its repr, for its secrets.
        prefix: what all names begin with that a run may use there. On Kafka each run adds something of its
            own; event hubs cannot be made by a run, so they must be there.
    """

    kind: str
    environment: Mapping[str, str] = field(repr=False)
    prefix: str

    def container(self) -> str:
        """The blob container for checkpoints that goes with a namespace; "" for none."""
        from transport.settings.eventhub import is_container

        store = self.environment.get(CHECKPOINT_STORE, "").strip()
        return store if is_container(store) else ""

    def reachable(self) -> dict[str, str]:
        """Its addresses as `host:port`, also as numbers, which is how a fence sees them."""
        hosts = dict.fromkeys(
            found[1] for value in self.environment.values() for found in _ENDPOINT.finditer(value)
        )
        hosts |= dict.fromkeys(self._of_blobs())
        found: dict[str, str] = {}
        for host in hosts:
            for number, address in enumerate(_addresses(host)):
                found |= {f"{host} {number} {port}": f"{address}:{port}" for port in _PORTS}
        return found

    def _of_blobs(self) -> list[str]:
        """The hosts of its blob container that stand without a port."""
        store = self.container()
        named = [found[1] for found in _BLOBS.finditer(store)]
        if not named and "://" not in store and (account := _ACCOUNT.search(store)):
            suffix = _SUFFIX.search(store)
            named = [f"{account[1]}.blob.{suffix[1] if suffix else 'core.windows.net'}"]
        return named


def from_options(options: Iterable[str], prefix: str, environ: Mapping[str, str]) -> dict[str, Given]:
    """The brokers, by transport, of options such as `kafka=HOST:PORT`, `eventhub=VARIABLE` or
    `emulator:eventhub=VARIABLE`.

    Args:
        options: as they were typed.
        prefix: see Given.
        environ: where VARIABLE holds the namespace's connection string, and the other settings of a client
            (`KAFKA_…`, `EVENTHUB_…`) are taken from.

    Raises:
        SelectionError: an option cannot be understood.
    """
    if not _PREFIX.fullmatch(prefix):
        raise SelectionError(
            f"--prefix {prefix!r}: write small letters, digits and dashes, ending with a dash"
        )
    given: dict[str, Given] = {}
    for option in options:
        kind = EMULATOR if option.startswith(f"{EMULATOR}:") else REAL
        transport, _, where = option.removeprefix(f"{EMULATOR}:").partition("=")
        if transport == "kafka" and _SERVERS.fullmatch(where):
            named = {"KAFKA_BOOTSTRAP_SERVERS": where}
            others = {name: value for name, value in environ.items() if name.startswith(_OF_KAFKA)}
        elif transport == "eventhub" and where in environ:
            named = {"EVENTHUB_NAMESPACE_CONNECTION_STRING": environ[where]}
            others = {name: value for name, value in environ.items() if name.startswith(_OF_EVENT_HUBS)}
        else:
            raise SelectionError(
                f"--broker {option!r}: write kafka=HOST:PORT, or eventhub=VARIABLE, the name of a variable"
                " that holds the connection string; emulator: before it says that it is no real one"
            )
        if transport in given:
            raise SelectionError(f"--broker names two brokers for {transport}: give one")
        given[transport] = Given(kind, {**others, **named}, prefix)
    return given


def _addresses(host: str) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, None)})
    except OSError:
        return []  # its clients will say that it cannot be found
