"""Reads the addresses of links: `amqps://host/hub/ConsumerGroups/group/Partitions/0`."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from transport.local.event_hubs.refusals import NotFoundError

CBS, MANAGEMENT = "$cbs", "$management"


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart; what it does not say is None."""

    entity: str
    group: str | None = None
    partition: str | None = None


def parse(address: str | None) -> Address:
    """Take an address apart, with or without scheme and host.

    Errors:
        NotFoundError: it is no address of an event hub, a partition, `$cbs` or `$management`.
    """
    entity, *rest = path(address or "").split("/")
    match [part if index % 2 else part.casefold() for index, part in enumerate(rest)]:
        case []:
            return Address(entity)
        case ["partitions", partition]:
            return Address(entity, partition=partition)
        case ["consumergroups", group, "partitions", partition]:
            return Address(entity, group, partition)
    raise NotFoundError(f"there is nothing at {address!r}")


def path(address: str) -> str:
    """Return the path of an address, without slashes around it."""
    return (urlsplit(address).path if "://" in address else address).strip("/")
