"""Sends one POST to an address that somebody entered."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from migration_tracker.outbound.addresses import check_address, connect, is_allowed
from migration_tracker.outbound.errors import Refused, Unreachable

LONGEST_ADDRESS = 2000  # characters
MOST_READ = 16_384  # bytes of an answer; nobody needs more than its first words


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the HTTP status, and the beginning of the body."""

    status: int
    body: bytes


def check(url: str, *, allowed: Collection[str] = ()) -> None:
    """Say early that an address will not do, where it is entered.

    Args:
        url: the address: `https://…`; `http://…` only to an allowed host.
        allowed: hosts that may be private, each as `host` or `host:port`.

    Raises:
        Refused: the tracker does not send there.
        Unreachable: its name has no address at present.
    """
    host, port = _host_and_port(_split(url, allowed))
    check_address(host, port, allowed=allowed)


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    allowed: Collection[str] = (),
    timeout: float = 10.0,
) -> Answer:
    """POST to an address, without following a redirect, without a proxy, cookies or stored credentials.

    Args:
        url: the address: `https://…`; `http://…` only to an allowed host.
        body: what is sent.
        headers: further headers, such as Content-Type and a signature.
        allowed: hosts that may be private, each as `host` or `host:port`.
        timeout: seconds for everything together, however slowly the other side talks.

    Returns:
        The answer, whatever its status below 300 or above 399.

    Raises:
        Refused: the tracker does not send there, or was sent elsewhere by a redirect.
        Unreachable: nobody answered in time or in HTTP.
    """
    parts = _split(url, allowed)
    host, port = _host_and_port(parts)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _ending_in(timeout, connect(host, port, timeout=timeout, allowed=allowed)) as plain:
            connection = HTTPConnection(host, port, timeout=timeout)
            connection.sock = (
                ssl.create_default_context().wrap_socket(plain, server_hostname=host)
                if parts.scheme == "https"
                else plain
            )
            with connection.sock:
                connection.request("POST", path, body, dict(headers or {}))
                response = connection.getresponse()
                answer = Answer(response.status, response.read(MOST_READ))
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"{host}: its certificate was not accepted: {error.verify_message}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(f"{host}:{port} did not answer in HTTP within {timeout:g} s: {error}") from None
    if 300 <= answer.status < 400:
        raise Refused(f"{host} redirects elsewhere ({answer.status}); enter the address it redirects to")
    return answer


@contextmanager
def _ending_in(seconds: float, connected: socket.socket) -> Iterator[socket.socket]:
    """Cut a connection off after so many seconds, even amid an answer that trickles in byte by byte."""

    def cut_off() -> None:
        with suppress(OSError):
            copy.shutdown(socket.SHUT_RDWR)

    copy = connected.dup()
    timer = Timer(seconds, cut_off)
    timer.daemon = True
    timer.start()
    try:
        with copy:
            yield connected
    finally:
        timer.cancel()
        timer.join()
        connected.close()


def _split(url: str, allowed: Collection[str]) -> SplitResult:
    if len(url) > LONGEST_ADDRESS:
        raise Refused(f"The address has more than {LONGEST_ADDRESS} characters")
    if any(character <= " " or character in '\\"<>\x7f' for character in url):
        raise Refused('The address holds a space, a control character or one of \\ " < >; write it as %XX')
    try:
        parts = urlsplit(url)
        host, port = _host_and_port(parts)
    except ValueError as error:
        raise Refused(f"This is no address: {error}") from None
    if parts.scheme not in ("https", "http"):
        raise Refused("The address must begin with https://")
    if not host:
        raise Refused("The address names no host")
    if parts.username is not None or parts.password is not None:
        raise Refused(f"The address holds a user or password before {host}; it would be seen by everybody")
    if parts.scheme == "http" and not is_allowed(host, port, allowed):
        raise Refused("The address must begin with https://; what is sent by http:// can be read on its way")
    return parts


def _host_and_port(parts: SplitResult) -> tuple[str, int]:
    return parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
