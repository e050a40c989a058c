"""Which addresses the tracker may connect to on somebody's word: the public internet's, and those named."""

from __future__ import annotations

import socket
import time
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from migration_tracker.outbound.errors import Refused, Unreachable

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_WIRE_SERVER = IPv4Address("168.63.129.16")  # Azure's own to its machines, though of the public range
_PROTOCOLS = IPv4Network("192.0.0.0/24")  # RFC 6890, no host of the internet's; Oracle has its metadata there


def check_address(host: str, port: int, *, allowed: Collection[str] = ()) -> list[str]:
    """The addresses that may be connected to when `host` is meant.

    Args:
        host: a name or an address, IPv6 without brackets.
        port: the port that is meant.
        allowed: hosts that may be private, each as `host` or `host:port`.

    Raises:
        Refused: one of the addresses is not of the public internet; then none of them may be used.
        Unreachable: there is no address of that name.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(
            f"{host}: no address of that name was found; is it spelt right? ({error})"
        ) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if is_allowed(host, port, allowed):
        return addresses
    for address in addresses:
        if not is_public(address):
            raise Refused(
                f"{host} is {address}, which is not an address of the public internet; an administrator can"
                f" add {host} to OUTBOUND_ALLOWED_HOSTS"
            )
    return addresses


def is_allowed(host: str, port: int, allowed: Collection[str]) -> bool:
    """Whether an administrator has named this host, with or without this port."""
    named = {one.strip().lower().rstrip(".") for one in allowed}
    host = host.lower().rstrip(".")
    return not named.isdisjoint({host, f"{host}:{port}", f"[{host}]:{port}"})


def is_public(address: str) -> bool:
    """Whether an address is of the public internet, also wrapped in IPv6 (RFC 4291, 3056, 4380, 6052)."""
    one = ip_address(address.partition("%")[0])
    return all(
        inner.is_global
        and not (inner.is_multicast or inner.is_reserved or getattr(inner, "is_site_local", False))
        and inner != _WIRE_SERVER
        and inner not in _PROTOCOLS
        for inner in (one, *_wrapped(one))
        if inner not in _NAT64  # says nothing itself; what is wrapped in it does
    )


def _wrapped(one: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(one, IPv4Address):
        return []
    inner = [one.ipv4_mapped, one.sixtofour, *(one.teredo or ())]
    if one in _NAT64:
        inner.append(IPv4Address(int(one) & 0xFFFFFFFF))
    return [address for address in inner if address is not None]


def connect(host: str, port: int, *, timeout: float, allowed: Collection[str] = ()) -> socket.socket:
    """A connection to one of the host's checked addresses; the name is resolved once.

    Args:
        host: a name or an address, IPv6 without brackets.
        port: the port to connect to.
        timeout: seconds for all addresses together; then the socket's own time-out.
        allowed: hosts that may be private, each as `host` or `host:port`.

    Raises:
        Refused: the host may not be asked.
        Unreachable: none of its addresses answered.
    """
    deadline = time.monotonic() + timeout
    reason = "no time was left"
    for address in check_address(host, port, allowed=allowed):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as error:
            reason = str(error)
    raise Unreachable(f"{host}:{port} did not answer: {reason}")
