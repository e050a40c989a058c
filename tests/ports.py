"""Ports for servers that must be told theirs before they start."""

import contextlib
import random
import socket
from pathlib import Path

# Where the kernel takes the ports of outgoing connections from; between our choice and the server's start it
# gives some of them away, and several tests run at once.
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 10_000  # below are the well-known ones
HIGHEST = 32_000  # where the system does not tell


def free_ports(count: int) -> list[int]:
    """Ports of this machine on which nobody listens, and which no outgoing connection is given meanwhile.

    Arguments:
        count: how many.
    """
    highest = HIGHEST
    with contextlib.suppress(OSError, ValueError):
        highest = int(EPHEMERAL.read_text().split()[0]) - 1
    candidates = random.SystemRandom().sample(range(LOWEST, max(highest, LOWEST + 1_000)), 100 * count)
    return [port for port in candidates if _is_free(port)][:count]


def free_port() -> int:
    """One of them."""
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
