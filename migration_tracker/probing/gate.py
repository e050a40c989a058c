"""Starts a command in a network namespace of its own, where nothing is but what the run lets in.

Run as a script in front of the command. In the new namespace every address leads to itself, so that
whatever a worker tries to reach, by whatever means, ends here: at a listener, whose connections the outlet
(outlet.py), outside, carries to the broker and the services; or it is refused, which the outlet sees and
writes down. It imports nothing of ours.

    gate.py SOCKET LISTEN=TARGET… -- COMMAND…

SOCKET is the outlet's. LISTEN is `port` (on loopback) or `*:port` (on every address), TARGET is `host:port`.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import socket
import struct
import sys

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # sched.h
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING
_ALL_PROTOCOLS = 3  # ETH_P_ALL
_ATTACH_FILTER = 26  # SO_ATTACH_FILTER

# The kernel's way of saying no to a connection: a TCP segment with RST and ACK and nothing else, whose
# sequence number is 0. First for IPv4 without options, then for IPv6; 60 bytes hold all that is looked at.
_REFUSALS = (
    (0x30, 0, 0, 0), (0x54, 0, 0, 0xF0), (0x15, 0, 6, 0x40),  # byte 0: is it IPv4?
    (0x30, 0, 0, 9), (0x15, 0, 10, 6), (0x20, 0, 0, 24), (0x15, 0, 8, 0),
    (0x30, 0, 0, 33), (0x15, 5, 6, 0x14),
    (0x15, 0, 5, 0x60),  # or IPv6?
    (0x30, 0, 0, 6), (0x15, 0, 3, 6), (0x30, 0, 0, 53), (0x15, 0, 1, 0x14),
    (0x06, 0, 0, 60),
    (0x06, 0, 0, 0),
)  # fmt: skip


def enter() -> None:
    """Go into a new network namespace, in a new user namespace where that needs one. Raises OSError."""
    privileged = os.geteuid() == 0
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_NETWORK | (0 if privileged else _NEW_USER)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if not privileged:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123
                file.write(text)


def lead_everything_here() -> None:
    """Bring loopback up, and make every address one of this namespace's own. Raises OSError."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))
    for family in (socket.AF_INET, socket.AF_INET6):
        _route(family)


def _route(family: int) -> None:
    """`ip route add local default dev lo`, as rtnetlink has it."""
    new_route, request_create_acknowledge = 24, 0x405
    table, static, host, local = 255, 4, 254, 2
    route = struct.pack("=8BI", family, 0, 0, 0, table, static, host, local, 0)
    device = struct.pack("=HHI", 8, 4, socket.if_nametoindex("lo"))
    header = struct.pack("=IHHII", 16 + len(route) + len(device), new_route, request_create_acknowledge, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        netlink.send(header + route + device)
        answer = netlink.recv(4096)
    (number,) = struct.unpack_from("=i", answer, 16)
    if number and family == socket.AF_INET:  # where there is no IPv6 nobody can leave by it
        raise OSError(-number, os.strerror(-number))


def listeners(listen: str) -> list[socket.socket]:
    """What listens on `port` or `*:port`, on IPv4 and, where there is such, IPv6."""
    everywhere, port = listen.startswith("*:"), int(listen.removeprefix("*:"))
    made = []
    for family, loopback, all_ in (
        (socket.AF_INET, "127.0.0.1", "0.0.0.0"),  # noqa: S104  all there is is here
        (socket.AF_INET6, "::1", "::"),
    ):
        try:
            made.append(socket.create_server((all_ if everywhere else loopback, port), family=family))
        except OSError:
            if family == socket.AF_INET:
                raise
    return made


def refusals() -> socket.socket:
    """Sees each connection that is refused."""
    code = b"".join(struct.pack("=HBBI", *line) for line in _REFUSALS)
    buffer = ctypes.create_string_buffer(code)
    seen = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL_PROTOCOLS))
    seen.setsockopt(
        socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HL", len(_REFUSALS), ctypes.addressof(buffer))
    )
    seen.bind(("lo", _ALL_PROTOCOLS))
    return seen


def main(arguments: list[str]) -> None:
    place, *ways = arguments[: arguments.index("--")]
    command = arguments[arguments.index("--") + 1 :]
    with socket.socket(socket.AF_UNIX) as outlet:
        outlet.connect(place)
        enter()
        lead_everything_here()
        targets, sockets = [""], [refusals()]
        for way in ways:
            listen, _, target = way.partition("=")
            for listening in listeners(listen):
                targets.append(target)
                sockets.append(listening)
        said = json.dumps(targets).encode()
        outlet.sendall(struct.pack("=I", len(said)))
        socket.send_fds(outlet, [said], [each.fileno() for each in sockets])
        if outlet.recv(1) != b"+":
            raise OSError("the outlet does not answer")
    for each in sockets:
        each.close()
    if command:
        try:
            os.execvp(command[0], command)  # noqa: S606
        except OSError as wrong:
            print(f"{command[0]}: {wrong.strerror}", file=sys.stderr)
            sys.exit(127)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as wrong:
        print(f"gate: {wrong}", file=sys.stderr)
        sys.exit(96)
